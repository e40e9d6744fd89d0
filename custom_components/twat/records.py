"""Opening what the hub keeps: database, photo folder and game profiles.

Nothing is overwritten here. A damaged database has been moved aside by the repository; an empty one
takes its place only after somebody confirmed the repair.
"""

from dataclasses import dataclass
from pathlib import Path

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError, ConfigEntryNotReady
from homeassistant.helpers import issue_registry as ir

from .const import CONF_MEDIA_DIR, CONF_REPLACED_DATABASE, DATABASE_NAME, DOMAIN, MEDIA_FOLDER
from .games.profiles import ProfileLibrary, load_profiles
from .storage.errors import (
    DatabaseCorrupt,
    DatabaseLocked,
    DatabaseTooNew,
    DiskFull,
    NotWritable,
    StorageError,
)
from .storage.images import ImageStore
from .storage.repository import Repository, sqlite_url

ISSUE_DATABASE_CORRUPT = "database_corrupt"
ISSUE_STORAGE = "storage"


@dataclass(frozen=True, slots=True)
class Records:
    """What the hub keeps."""

    repository: Repository
    images: ImageStore
    library: ProfileLibrary


async def async_open_records(hass: HomeAssistant, entry: ConfigEntry) -> Records:
    """Open database, photo folder and profiles.

    Raises:
        ConfigEntryNotReady: it may work later by itself (database locked, folder not there).
        ConfigEntryError: somebody has to do something first; a repair issue says what.
    """
    folder = Path(hass.config.path(DOMAIN))
    database = folder / DATABASE_NAME
    confirmed = entry.data.get(CONF_REPLACED_DATABASE)
    if damaged := await hass.async_add_executor_job(_unconfirmed_loss, database, confirmed):
        raise _database_lost(hass, entry, database, damaged)
    repository = Repository(sqlite_url(database))
    place = database
    try:
        place = media_dir(hass, entry) / MEDIA_FOLDER
        images = ImageStore(place)
        await hass.async_add_executor_job(images.prepare)
        place = database
        await hass.async_add_executor_job(repository.open)
    except DatabaseCorrupt as err:
        raise _database_lost(hass, entry, database, err.copy or database) from err
    except DatabaseTooNew as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="database_too_new",
            translation_placeholders={"path": str(database)},
        ) from err
    except StorageError as err:
        raise _not_ready(hass, place, err) from err
    ir.async_delete_issue(hass, DOMAIN, ISSUE_DATABASE_CORRUPT)
    ir.async_delete_issue(hass, DOMAIN, ISSUE_STORAGE)
    return Records(repository, images, await async_load_profiles(hass))


def profiles_folder(hass: HomeAssistant) -> Path:
    """Where users put their own game profiles."""
    return Path(hass.config.path(DOMAIN)) / "profiles"


async def async_load_profiles(hass: HomeAssistant) -> ProfileLibrary:
    """Read all profiles, in Home Assistant's language; a repair issue for each that cannot be."""
    library = await hass.async_add_executor_job(
        load_profiles, profiles_folder(hass), hass.config.language
    )
    _report_profiles(hass, library)
    return library


def media_dir(hass: HomeAssistant, entry: ConfigEntry) -> Path:
    """The media folder that the hub's options name, else Home Assistant's own or first one.

    Raises:
        NotWritable: Home Assistant has no such media folder (any more).
    """
    folders = hass.config.media_dirs
    name = entry.options.get(CONF_MEDIA_DIR)
    if name is None:
        return Path(folders.get("local") or next(iter(folders.values())))
    if name not in folders:
        raise NotWritable(Path(name), "Home Assistant has no media folder of this name")
    return Path(folders[name])


def _unconfirmed_loss(database: Path, confirmed: str | None) -> Path | None:
    """The damaged database that was moved aside and has not been replaced, if there is one.

    It is found on disk and not remembered, so that no crash in between can lose it.
    """
    if database.exists():
        return None
    damaged = sorted(database.parent.glob(f"{database.name}.corrupt-*"))
    damaged = [path for path in damaged if not path.name.endswith(("-wal", "-shm"))]
    if not damaged or damaged[-1].name == confirmed:
        return None
    return damaged[-1]


@callback
def _database_lost(
    hass: HomeAssistant, entry: ConfigEntry, database: Path, damaged: Path
) -> ConfigEntryError:
    words = {"path": str(database), "copy": str(damaged)}
    ir.async_create_issue(
        hass,
        DOMAIN,
        ISSUE_DATABASE_CORRUPT,
        is_fixable=True,
        severity=ir.IssueSeverity.CRITICAL,
        translation_key=ISSUE_DATABASE_CORRUPT,
        translation_placeholders=words,
        data={"entry_id": entry.entry_id, "damaged": damaged.name, **words},
    )
    return ConfigEntryError(
        translation_domain=DOMAIN,
        translation_key="database_corrupt",
        translation_placeholders=words,
    )


@callback
def _not_ready(hass: HomeAssistant, place: Path, err: StorageError) -> ConfigEntryNotReady:
    """Tell what is in the way; Home Assistant tries again by itself."""
    match err:
        case DatabaseLocked():
            key, words = "setup_database_locked", {"path": str(place)}
        case DiskFull():
            key, words = "setup_disk_full", {"path": str(place)}
        case NotWritable():
            key, words = "setup_not_writable", {"path": str(err.path), "reason": err.reason}
        case _:
            key, words = "setup_storage", {"path": str(place), "reason": str(err)}
    if not isinstance(err, DatabaseLocked):
        ir.async_create_issue(
            hass,
            DOMAIN,
            ISSUE_STORAGE,
            is_fixable=False,
            severity=ir.IssueSeverity.ERROR,
            translation_key=key,
            translation_placeholders=words,
        )
    return ConfigEntryNotReady(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=words
    )


@callback
def _report_profiles(hass: HomeAssistant, library: ProfileLibrary) -> None:
    """One repair issue for each profile of the user's that cannot be read."""
    wanted = {f"profile_{error.file}": error for error in library.errors}
    registry = ir.async_get(hass)
    for domain, issue_id in list(registry.issues):
        if domain == DOMAIN and issue_id.startswith("profile_") and issue_id not in wanted:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
    for issue_id, error in wanted.items():
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key="invalid_profile",
            translation_placeholders={
                "file": error.file,
                "line": str(error.line),
                "path": error.path,
                "reason": error.reason,
            },
        )
