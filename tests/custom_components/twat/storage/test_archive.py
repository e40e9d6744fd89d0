"""Whole games go out and come back, or nothing is changed."""

from collections.abc import Callable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest

from custom_components.twat.games import by_hand, history
from custom_components.twat.games.clocks import Clock, ClockEvent, read_clock
from custom_components.twat.games.errors import GameError
from custom_components.twat.games.export.document import read_document, write_document
from custom_components.twat.games.model import (
    Annotation,
    Game,
    GameState,
    GameStatus,
    JournalKind,
    Proposal,
    new_id,
)
from custom_components.twat.games.new_game import NewGame
from custom_components.twat.games.profiles import ProfileLibrary, load_profiles
from custom_components.twat.games.record import GameRecord
from custom_components.twat.games.results import result_of
from custom_components.twat.storage.errors import GameExists, ImageRejected, NotFound
from custom_components.twat.storage.images import ImageStore
from custom_components.twat.storage.repository import Repository, sqlite_url
from custom_components.twat.storage.transfer import export_bundle, import_bundle, import_document

type Grow = Callable[..., Game]
type Child = Callable[..., GameState]
type Photo = Callable[..., bytes]


@pytest.fixture(scope="module")
def library() -> ProfileLibrary:
    return load_profiles()


@pytest.fixture
def images(tmp_path: Path) -> ImageStore:
    store = ImageStore(tmp_path / "media" / "twat")
    store.prepare()
    return store


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[tuple[Repository, ImageStore]]:
    """Another Home Assistant."""
    repository = Repository(sqlite_url(tmp_path / "elsewhere" / "twat.db"))
    repository.open()
    store = ImageStore(tmp_path / "elsewhere" / "media")
    store.prepare()
    yield repository, store
    repository.close()


@pytest.fixture
def played(
    repository: Repository,
    images: ImageStore,
    stored: NewGame,
    child: Child,
    grow: Grow,
    reading: Callable[[GameState, str], Proposal],
    photo: Photo,
    at: datetime,
) -> str:
    """Store a game with everything: photos, a branch, remarks, a reading that waits."""
    game_id = stored.game.id
    capture = repository.add_capture(game_id, capture_id=new_id(), captured_at=at, notes="hm")
    kept = images.save(game_id, 0, at, photo())
    repository.update_capture(
        capture.id, image=kept.image, thumbnail=kept.thumbnail, image_sha256=kept.sha256
    )
    overlay = images.save_overlay(kept.image, photo(color="blue"))
    repository.update_capture(capture.id, overlay=overlay)
    first = child(stored.state, capture_id=capture.id)
    grow(first)
    repository.commit(history.undo(repository.record(game_id), by="bob", at=at))
    second = child(stored.state)
    grow(second, reading(second, capture.id))
    for state, note in ((second, "Here"), (first, None)):
        repository.chronicle.annotate(game_id, Annotation(state.id, note, True, "bob", at))
    repository.update_game(game_id, at, metadata={"players": {"1": {"leader": "Paul"}}})
    return game_id


def bundled(repository: Repository, images: ImageStore, game_id: str) -> bytes:
    target = BytesIO()
    export_bundle(repository, images, game_id, target)
    return target.getvalue()


def test_export_import_export_is_identical(
    repository: Repository,
    images: ImageStore,
    played: str,
    elsewhere: tuple[Repository, ImageStore],
    library: ProfileLibrary,
) -> None:
    data = bundled(repository, images, played)
    document = write_document(repository.archive.load(played))

    game = import_bundle(*elsewhere, library, BytesIO(data))

    assert game == repository.get_game(played)
    assert bundled(*elsewhere, played) == data
    assert write_document(elsewhere[0].archive.load(played)) == document
    assert elsewhere[0].archive.load(played) == repository.archive.load(played)
    image = elsewhere[0].list_captures(played)[0].image
    assert elsewhere[1].read(image) == images.read(image)


def test_a_deleted_game_comes_back_as_it_was(
    repository: Repository, images: ImageStore, played: str, library: ProfileLibrary
) -> None:
    before = repository.archive.load(played)
    data = bundled(repository, images, played)
    repository.delete_game(played)
    images.delete_game(played)

    import_bundle(repository, images, library, BytesIO(data))

    assert repository.archive.load(played) == before


def test_a_document_alone_comes_back_without_photos(
    repository: Repository,
    played: str,
    elsewhere: tuple[Repository, ImageStore],
    library: ProfileLibrary,
) -> None:
    document = write_document(repository.archive.load(played))

    import_document(elsewhere[0], library, document)

    assert elsewhere[0].list_captures(played)[0].image is None
    assert write_document(elsewhere[0].archive.load(played)) == document


def test_a_game_that_is_there_is_not_touched(
    repository: Repository, images: ImageStore, played: str, library: ProfileLibrary
) -> None:
    data = bundled(repository, images, played)
    document = write_document(repository.archive.load(played))
    repository.update_game(played, repository.get_game(played).updated_at, name="Changed")
    before = repository.archive.load(played)

    with pytest.raises(GameExists):
        import_bundle(repository, images, library, BytesIO(data))
    with pytest.raises(GameExists):
        import_document(repository, library, document)

    assert repository.archive.load(played) == before
    assert len(images.files(played)) == 3


def test_ids_of_another_game_are_refused_whole(
    repository: Repository, played: str, library: ProfileLibrary
) -> None:
    other = new_id()
    document = write_document(repository.archive.load(played)).replace(
        played.encode(), other.encode()
    )

    with pytest.raises(GameExists):
        import_document(repository, library, document)

    assert repository.list_games()[1] == 1


def test_a_game_that_nobody_knows_is_refused(
    repository: Repository,
    images: ImageStore,
    played: str,
    elsewhere: tuple[Repository, ImageStore],
) -> None:
    data = bundled(repository, images, played)
    with pytest.raises(GameError) as err:
        import_bundle(*elsewhere, ProfileLibrary({}), BytesIO(data))
    assert err.value.key == "unknown_profile"
    assert elsewhere[0].list_games()[1] == 0
    assert elsewhere[1].files(played) == []


def test_a_photo_that_is_none_leaves_nothing_behind(
    repository: Repository,
    images: ImageStore,
    played: str,
    elsewhere: tuple[Repository, ImageStore],
    library: ProfileLibrary,
) -> None:
    name = next(name for name in images.files(played) if name.startswith("overlay"))
    images.path(f"games/{played}/{name}").write_bytes(b"not a picture")
    data = bundled(repository, images, played)

    with pytest.raises(ImageRejected):
        import_bundle(*elsewhere, library, BytesIO(data))

    assert elsewhere[0].list_games()[1] == 0
    assert list((elsewhere[1].base / "games").iterdir()) == []


def test_rows_that_cannot_be_written_take_the_photos_along(
    repository: Repository,
    images: ImageStore,
    played: str,
    elsewhere: tuple[Repository, ImageStore],
    library: ProfileLibrary,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = bundled(repository, images, played)

    def fail(*_: object) -> None:
        raise GameExists(played)

    monkeypatch.setattr(elsewhere[0].archive, "store", fail)
    with pytest.raises(GameExists):
        import_bundle(*elsewhere, library, BytesIO(data))

    assert elsewhere[1].files(played) == []


def test_what_a_crash_left_is_replaced(
    repository: Repository,
    images: ImageStore,
    played: str,
    elsewhere: tuple[Repository, ImageStore],
    library: ProfileLibrary,
) -> None:
    data = bundled(repository, images, played)
    left = elsewhere[1].base / "games" / played
    left.mkdir()
    (left / "cap_0099_20260101T000000Z.jpg").write_bytes(b"half")
    half = elsewhere[1].base / "games" / ".writing-dead"
    half.mkdir()
    (half / "x").write_bytes(b"half")

    assert elsewhere[1].prepare() == 1
    import_bundle(*elsewhere, library, BytesIO(data))

    assert elsewhere[1].files(played) == images.files(played)


def test_photos_are_forgotten_and_the_rest_stays(
    repository: Repository, images: ImageStore, played: str
) -> None:
    assert images.size(played) > 1000
    repository.archive.forget_photos([played])
    images.delete_game(played)

    capture = repository.list_captures(played)[0]
    assert (capture.image, capture.thumbnail, capture.overlay) == (None, None, None)
    assert capture.image_sha256
    assert len(repository.states(played)) == 3
    assert images.size(played) == 0


def test_an_unknown_game_cannot_be_exported(repository: Repository) -> None:
    with pytest.raises(NotFound):
        repository.archive.load(new_id())


# The chronicle


def test_remarks_are_kept_changed_and_taken_away(
    repository: Repository, stored: NewGame, at: datetime
) -> None:
    game_id, state_id = stored.game.id, stored.state.id
    chronicle = repository.chronicle
    chronicle.annotate(game_id, Annotation(state_id, "First", False, "al", at))
    chronicle.annotate(game_id, Annotation(state_id, "Second", True, "bo", at))

    assert chronicle.annotations(game_id) == [Annotation(state_id, "Second", True, "bo", at)]
    chronicle.annotate(game_id, Annotation(state_id, None, False, "bo", at))
    assert chronicle.annotations(game_id) == []


def test_a_remark_on_another_games_state_is_refused(
    repository: Repository, stored: NewGame, begin: Callable[..., NewGame], at: datetime
) -> None:
    other = begin("Other")
    repository.create_game(other.game, other.state, other.journal)
    with pytest.raises(NotFound):
        repository.chronicle.annotate(
            stored.game.id, Annotation(other.state.id, "x", False, None, at)
        )


def test_the_clock_is_read_off_the_journal(
    repository: Repository, played: str, stored: NewGame, at: datetime
) -> None:
    record = repository.record(played)
    clock = by_hand.correct_clock(
        record, _clock(repository, played), player=1, seconds=30, by=None, at=at
    )
    repository.commit(clock)

    events = repository.chronicle.clock_events(played)

    assert [event.kind for event in events] == [
        JournalKind.CREATED,
        JournalKind.UPDATED,
        JournalKind.UNDONE,
        JournalKind.UPDATED,
        JournalKind.CLOCK_CORRECTED,
    ]
    assert events[1] == ClockEvent(JournalKind.UPDATED, at, 2, 1)
    assert (events[-1].player, events[-1].seconds) == (1, 30)


def _clock(repository: Repository, game_id: str) -> Clock:
    return read_clock(repository.chronicle.clock_events(game_id))


# Results


def test_the_result_is_written_with_the_end_and_goes_when_the_game_goes_on(
    repository: Repository, played: str, library: ProfileLibrary, at: datetime
) -> None:
    profile = library.get("generic_grid")
    record: GameRecord = repository.record(played)
    change = by_hand.finish(record, status=GameStatus.COMPLETED, winners=[1], by="al", at=at)
    clock = _clock(repository, played).at(at)
    result = result_of(profile, record.game, record.head, clock, [1], at)
    game = repository.commit(change, result=result)

    assert game.status is GameStatus.COMPLETED
    assert repository.chronicle.results() == [result]
    assert repository.chronicle.result(played) == result
    assert result.players[0].tags == {"leader": "Paul"}
    assert (result.players[0].won, result.players[1].won) == (True, False)
    assert read_document(write_document(repository.archive.load(played))).result == result

    repository.commit(by_hand.reopen(repository.record(played), by=None, at=at))
    assert repository.chronicle.results() == []
