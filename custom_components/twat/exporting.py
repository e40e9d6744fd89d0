"""Games to files in `<config>/twat/exports`, and from there back again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, TYPE_CHECKING, Final

from homeassistant.util import dt as dt_util, slugify

from .const import DOMAIN, EXPORT_FOLDER
from .coordinator import GameView
from .errors import invalid
from .games.clocks import read_clock
from .games.drawing import WIDTH, Frame as DrawingFrame
from .games.export.document import write_document
from .games.export.markdown import write_markdown
from .games.export.pgn import write_pgn
from .games.export.report import write_report
from .games.export.story import Story, tell
from .games.export.tables import write_log, write_scores
from .games.export.timelapse import Frame, thinned, write_timelapse
from .games.model import Capture, Game
from .material import SETTING_BOARD
from .storage.errors import NotFound
from .storage.transfer import export_bundle, import_bundle, import_document
from .table import Calibration, find_table

if TYPE_CHECKING:
    from .hub import TwatHub


class Format(StrEnum):
    """What a game can be exported as."""

    JSON = "json"
    ZIP = "zip"
    HTML = "html"
    MARKDOWN = "markdown"
    CSV_LOG = "csv_log"
    CSV_SCORES = "csv_scores"
    TIMELAPSE = "timelapse"
    PGN = "pgn"


_ENDINGS: Final = {
    Format.JSON: ".json",
    Format.ZIP: ".zip",
    Format.HTML: ".html",
    Format.MARKDOWN: ".md",
    Format.CSV_LOG: "-log.csv",
    Format.CSV_SCORES: "-scores.csv",
    Format.TIMELAPSE: ".webp",
    Format.PGN: ".pgn",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written."""

    path: Path
    size: int


def export_folder(hub: TwatHub) -> Path:
    """The one folder that exports are written to and imports are read from."""
    return Path(hub.hass.config.path(DOMAIN, EXPORT_FOLDER))


async def async_export(hub: TwatHub, game_id: str, wanted: Format) -> Exported:
    """Write a game to a file of its own.

    Raises:
        ServiceValidationError: unknown game, or one that cannot be written so.
        HopError: storage failed.
    """
    view = await hub.async_view(game_id)
    language = hub.hass.config.language
    now = dt_util.utcnow()
    table = None if view.game.table is None else find_table(hub.entry, view.game.table)
    calibration = None if table is None else table.calibrations.get(view.game.game_type)

    def write() -> Exported:
        folder = export_folder(hub)
        path = folder / f"{slugify(view.game.name) or 'game'}-{game_id[:8]}{_ENDINGS[wanted]}"
        return _write(path, lambda file: _fill(hub, view, wanted, language, now, calibration, file))

    return await hub.async_run(write)


async def async_import(hub: TwatHub, name: str) -> Game:
    """Bring back a game from a file in the folder of exports, JSON or ZIP.

    Raises:
        ServiceValidationError: there is no such file, or it cannot be imported; nothing is changed.
        HopError: storage failed.
    """
    path = export_folder(hub) / name
    if name != Path(name).name or path.suffix not in (".json", ".zip"):
        raise invalid("import_name", name=name)

    def read() -> Game:
        try:
            file = path.open("rb")
        except OSError as err:
            raise invalid(
                "import_missing",
                name=name,
                folder=str(path.parent),
                reason=err.strerror or str(err),
            ) from err
        with file:
            if path.suffix == ".zip":
                return import_bundle(hub.repository, hub.images, hub.library, file)
            return import_document(hub.repository, hub.library, file.read())

    game = await hub.async_run(read)
    await hub.async_welcome(game)
    return game


def _write(path: Path, fill: Callable[[IO[bytes]], None]) -> Exported:
    """Write a file so that it is there whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=".writing-", delete=False) as file:
            temporary = Path(file.name)
            try:
                fill(file)
                file.close()
                temporary.replace(path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
    except OSError as err:
        raise invalid("export_failed", path=str(path), reason=err.strerror or str(err)) from err
    return Exported(path, path.stat().st_size)


def _fill(
    hub: TwatHub,
    view: GameView,
    wanted: Format,
    language: str,
    now: datetime,
    calibration: Calibration | None,
    file: IO[bytes],
) -> None:
    repository, game_id = hub.repository, view.game.id
    if wanted is Format.ZIP:
        export_bundle(repository, hub.images, game_id, file)
        return
    archive = repository.archive.load(game_id)
    if wanted is Format.JSON:
        file.write(write_document(archive))
        return
    clock = read_clock(repository.chronicle.clock_events(game_id)).at(now)
    story = tell(archive, view.profile.in_language(language), clock)
    match wanted:
        case Format.TIMELAPSE:
            file.write(_film(hub, story, calibration))
        case Format.HTML:
            file.write(write_report(story, lambda capture: _read(hub, capture.thumbnail)).encode())
        case Format.MARKDOWN:
            file.write(write_markdown(story).encode())
        case Format.CSV_LOG:
            file.write(write_log(story).encode())
        case Format.CSV_SCORES:
            file.write(write_scores(story).encode())
        case Format.PGN:
            file.write(write_pgn(story).encode())


def _read(hub: TwatHub, path: str | None) -> bytes | None:
    """A picture's bytes; None where it was freed or got lost."""
    if path is None:
        return None
    try:
        return hub.images.read(path)
    except NotFound:
        return None


def _film(hub: TwatHub, story: Story, calibration: Calibration | None) -> bytes:
    """The photos of the played line, the board turned straight where it is known to lie."""
    if calibration is None and (found := story.game.settings.get(SETTING_BOARD)):
        calibration = Calibration.from_json(found)
    shown = [entry for entry in story.entries if entry.played and _has_photo(entry.capture)]
    frames = []
    for entry in thinned(shown):
        assert entry.capture is not None
        if (photo := _read(hub, entry.capture.image)) is not None:
            frames.append(Frame(photo, "; ".join(entry.lines)))
    if not frames:
        raise invalid("no_photos", game=story.game.name)
    board = DrawingFrame.of(story.profile.layout_for(story.game.settings))
    corners = None if calibration is None else calibration.corners
    return write_timelapse(frames, corners, WIDTH / board.height)


def _has_photo(capture: Capture | None) -> bool:
    return capture is not None and capture.image is not None
