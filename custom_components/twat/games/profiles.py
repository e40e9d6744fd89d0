"""The library of game profiles: those that TWAT ships and those in the user's folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
import re
from typing import Final

from .errors import GameError, ProfileError
from .profile import GameProfile
from .profile_schema import parse_profile
from .yaml_edge import SLUG

__all__ = ["SCHEMA", "SHIPPED", "GameProfile", "ProfileLibrary", "copy_profile", "load_profiles"]

SHIPPED: Final = Path(__file__).parent / "profiles"

SCHEMA: Final = Path(__file__).parent / "profile.schema.json"
"""The form of a profile for editors, as JSON Schema."""


@dataclass(frozen=True, slots=True)
class ProfileLibrary:
    """The profiles that can be used, and why others cannot.

    Attributes:
        profiles: By id, shipped ones first.
        errors: One for each file that cannot be used.
        files: Where each profile was read from.
    """

    profiles: Mapping[str, GameProfile]
    errors: tuple[ProfileError, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)

    def get(self, game_type: str) -> GameProfile:
        """Return a profile.

        Raises:
            GameError: ``unknown_profile``.
        """
        try:
            return self.profiles[game_type]
        except KeyError:
            raise GameError(
                "unknown_profile", game_type=game_type, allowed=", ".join(self.profiles)
            ) from None


def load_profiles(user_folder: Path | None = None, language: str = "en") -> ProfileLibrary:
    """Read the shipped profiles and those in a user's folder. Reads files: not on an event loop.

    A user's profile that cannot be used, or that takes another one's id, is an error beside the
    profiles that can. A folder that does not exist has no profiles.

    Args:
        user_folder: Where the user's files are.
        language: BCP 47 tag; profiles have their names in it where they know it.
    """
    paths = [*_files(SHIPPED), *(_files(user_folder) if user_folder is not None else ())]
    profiles: dict[str, GameProfile] = {}
    files: dict[str, Path] = {}
    errors: list[ProfileError] = []
    for path in paths:
        try:
            profile = _load(path)
        except ProfileError as err:
            if path.parent == SHIPPED:
                raise
            errors.append(err)
            continue
        if profile.id in profiles:
            reason = f"there is a profile {profile.id} already"
            errors.append(ProfileError(path.name, 1, "id", reason))
        else:
            profiles[profile.id] = profile.in_language(language)
            files[profile.id] = path
    return ProfileLibrary(profiles, tuple(errors), files)


def copy_profile(library: ProfileLibrary, game_type: str, new_id: str, folder: Path) -> Path:
    """Write a copy of a profile into the user's folder, to be changed, and the schema beside it.

    Args:
        library: The profiles there are.
        game_type: Id of the one to copy.
        new_id: Id of the copy; its file is called after it.
        folder: The user's; it is made where it is missing.

    Returns:
        The new file.

    Raises:
        GameError: ``unknown_profile``; ``invalid_profile_id``; ``profile_exists``, also for a file
            of that name.
        OSError: The folder cannot be written to.
    """
    source = library.files[library.get(game_type).id]
    if not SLUG.fullmatch(new_id):
        raise GameError("invalid_profile_id", id=new_id)
    path = folder / f"{new_id}.yaml"
    if new_id in library.profiles or path.exists():
        raise GameError("profile_exists", id=new_id)
    lines = source.read_text(encoding="utf-8-sig").splitlines()
    lines = [line for line in lines if not line.startswith("# yaml-language-server:")]
    text = re.sub(rf"^id: *{game_type}\b", f"id: {new_id}", "\n".join(lines), flags=re.MULTILINE)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCHEMA.name).write_bytes(SCHEMA.read_bytes())
    path.write_text(f"# yaml-language-server: $schema={SCHEMA.name}\n{text}\n", encoding="utf-8")
    return path


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml"))


def _load(path: Path) -> GameProfile:
    try:
        data = path.read_bytes()
    except OSError as err:
        raise ProfileError(path.name, 0, "", f"cannot be read: {err.strerror}") from err
    return parse_profile(path.name, data)
