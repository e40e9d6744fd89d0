"""The library of game profiles: those that TWAT ships and those in the user's folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .errors import GameError, ProfileError
from .profile import GameProfile
from .profile_schema import parse_profile

__all__ = ["SHIPPED", "GameProfile", "ProfileLibrary", "load_profiles"]

SHIPPED: Final = Path(__file__).parent / "profiles"


@dataclass(frozen=True, slots=True)
class ProfileLibrary:
    """The profiles that can be used, and why others cannot.

    Attributes:
        profiles: By id, shipped ones first.
        errors: One for each file that cannot be used.
    """

    profiles: Mapping[str, GameProfile]
    errors: tuple[ProfileError, ...] = ()

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


def load_profiles(user_folder: Path | None = None) -> ProfileLibrary:
    """Read the shipped profiles and those in a user's folder. Reads files: not on an event loop.

    A user's profile that cannot be used, or that takes another one's id, is an error beside the
    profiles that can. A folder that does not exist has no profiles.
    """
    profiles = {profile.id: profile for profile in map(_load, _files(SHIPPED))}
    errors: list[ProfileError] = []
    for path in _files(user_folder) if user_folder is not None else ():
        try:
            profile = _load(path)
        except ProfileError as err:
            errors.append(err)
            continue
        if profile.id in profiles:
            reason = f"there is a profile {profile.id} already"
            errors.append(ProfileError(path.name, 1, "id", reason))
        else:
            profiles[profile.id] = profile
    return ProfileLibrary(profiles, tuple(errors))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml"))


def _load(path: Path) -> GameProfile:
    try:
        data = path.read_bytes()
    except OSError as err:
        raise ProfileError(path.name, 0, "", f"cannot be read: {err.strerror}") from err
    return parse_profile(path.name, data)
