"""From a reading to questions and back: what is unclear, how it is shown, what the answers make of it."""

from dataclasses import replace
import io
from typing import Any

import numpy as np
from PIL import Image
import pytest

from twat_vision.pipeline import analyse
from twat_vision.pipeline.types import (
    Alignment,
    AlignmentStatus,
    AnalysisRequest,
    AnalysisResult,
    Area,
    ChangedRegion,
    DetectedPiece,
    Grid,
    Layout,
    Move,
    MoveKind,
    Player,
    Question as PlayerQuestion,
    RegionKind,
    Surface,
    VocabularyEntry,
    WarningCode,
    Zone,
    Zones,
)
from twat_vision.vlm.answers import Answer
from twat_vision.vlm.crops import outline, photo_size, square_of_box
from twat_vision.vlm.doubts import Doubt, choices_for, doubts
from twat_vision.vlm.merge import agreed, contradicted, merge
from twat_vision.vlm.plan import plan
from twat_vision.vlm.questions import Choice, Kind, Subject
from twat_vision.vlm.sheet import LEAST_SIDE, draw, fits, lay_out, pair
from twat_vision.vlm.tokens import Patches

QWEN3 = Patches(32, 1024)
PLAYERS = (Player(1, "Alice", "red"), Player(2, "Bob", "blue"))
VOCABULARY = (VocabularyEntry("pawn", "pawn"), VocabularyEntry("disc", "Disc", hint="flat"))
CORNERS = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))


def photo(width: int = 1600, height: int = 1600) -> bytes:
    """A photo in which every place has a colour of its own."""
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack([x * 255 // width, y * 255 // height, np.full_like(x, 90)], axis=-1)
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "JPEG", quality=97)
    return file.getvalue()


PHOTO = photo()
EIGHT = Grid(8, 8)


def request(layout: Layout = EIGHT, **changes: Any) -> AnalysisRequest:
    values = {"players": PLAYERS, "vocabulary": VOCABULARY, "corners": CORNERS, **changes}
    return AnalysisRequest(after=PHOTO, layout=layout, **values)


def result(*moves: Move, pieces: tuple[DetectedPiece, ...] = (), **changes: Any) -> AnalysisResult:
    values: dict[str, Any] = {
        "alignment": Alignment(AlignmentStatus.ALIGNED, 0, 0, 0, CORNERS, before_corners=CORNERS),
        "changed_regions": (),
        "moves": moves,
        "detected_pieces": pieces,
        "confidence": 0.95,
        "summary": "",
        "warnings": (),
        "questions": (),
        "timings_ms": {},
        **changes,
    }
    return AnalysisResult(**values)


def piece(space: str = "E4", **changes: Any) -> DetectedPiece:
    values = {"type": "unknown", "player": 1, "position": (4.0, 3.0), "confidence": 0.98}
    return DetectedPiece(space=space, **{**values, "color": "red", **changes})


def placed(**changes: Any) -> Move:
    values: dict[str, Any] = {
        "kind": MoveKind.PLACE,
        "piece": None,
        "type": "unknown",
        "player": 1,
        "from_space": None,
        "to_space": "E4",
        "confidence": 0.97,
        "color": "red",
        "to_position": (4.0, 3.0),
    }
    return Move(**{**values, **changes})


def moved(confidence: float, **changes: Any) -> Move:
    values = {"kind": MoveKind.MOVE, "piece": "p1", "type": "pawn", "from_space": "E2"}
    return placed(**{**values, "confidence": confidence, "from_position": (4.0, 1.0), **changes})


def keys(found: tuple[Doubt, ...]) -> list[str]:
    return [doubt.subject.key for doubt in found]


# What is unclear


def test_of_a_first_photo_pieces_of_unknown_kind_are_asked_about() -> None:
    read = result(pieces=(piece("E4"), piece("E5", type="pawn")))

    assert keys(doubts(request(), read)) == ["piece:0"]
    assert keys(doubts(request(identify_pieces="always"), read)) == ["piece:0", "piece:1"]
    assert doubts(request(identify_pieces="never"), read) == ()


def test_tracking_that_suffices_asks_nothing() -> None:
    assert doubts(request(before=PHOTO), result(moved(0.99))) == ()


def test_a_new_piece_and_both_ends_of_an_unsure_move_are_asked_about() -> None:
    pair_ = request(before=PHOTO)

    assert keys(doubts(pair_, result(placed()))) == ["to:0"]
    assert keys(doubts(pair_, result(moved(0.99), moved(0.6)))) == ["to:1", "from:1"]
    assert keys(doubts(replace(pair_, identify_pieces="always"), result(moved(0.99)))) == ["to:0"]


def test_a_photo_that_has_to_be_taken_again_is_not_asked_about() -> None:
    lost = Alignment(AlignmentStatus.LOST, 0, 0, 0, None)

    assert doubts(request(), result(pieces=(piece(),), alignment=lost)) == ()
    hand = (WarningCode.HAND_IN_VIEW,)
    assert doubts(request(), result(pieces=(piece(),), warnings=hand)) == ()


def test_like_pieces_that_touch_are_asked_about_once() -> None:
    pile = piece("north", box_px=(300, 300, 60, 60))
    read = result(pieces=(pile, piece("camp", color="blue", player=2), pile))

    assert keys(doubts(request(), read)) == ["piece:0", "piece:1"]
    merged = merge(request(), read, [answer("piece:0", "red disc", 0.6)])
    assert [p.type for p in merged.result.detected_pieces] == ["disc", "unknown", "disc"]
    assert len(merged.result.questions) == 1


def test_of_a_known_position_only_what_is_alone_in_its_zone_can_be_checked() -> None:
    corner = ((0.0, 0.0), (0.2, 0.0), (0.2, 0.2))
    always = request(Zones((Zone("north", "North", corner),)), identify_pieces="always")
    known = [piece(space, type="pawn", id=space) for space in ("north", "north", "camp")]

    assert keys(doubts(always, result(pieces=tuple(known)))) == ["piece:2"]


def test_without_a_vocabulary_pieces_are_described() -> None:
    (doubt,) = doubts(request(vocabulary=()), result(pieces=(piece(),)))

    assert (doubt.kind, doubt.subject.choices) == (Kind.DESCRIBE, ())


def test_marked_areas_are_read_at_first_and_when_they_look_different() -> None:
    corner = ((0.0, 0.0), (0.2, 0.0), (0.2, 0.2))
    areas = tuple(Area(name, name, corner, "track", 0, 12) for name in ("spice", "water"))
    region = ChangedRegion((1, 1, 9, 9), ("E4",), RegionKind.APPEARED, "red", 1)
    marked = request(areas=areas, before=PHOTO)

    assert keys(doubts(replace(marked, before=None), result())) == ["area:spice", "area:water"]
    assert doubts(marked, result(changed_regions=(region,))) == ()
    assert keys(doubts(marked, result(changed_areas=("water",)))) == ["area:water"]


def test_the_choices_are_what_may_stand_there_in_every_players_colour() -> None:
    from twat_vision.pipeline.state import Names

    vocabulary = (
        VocabularyEntry("agent", "agent", ("arrakeen",)),
        VocabularyEntry("maker_hook", "", color="orange"),
        VocabularyEntry("king", "king", color="blue"),
    )
    names = Names.of(request(vocabulary=vocabulary, players=(*PLAYERS, Player(3, "Cy", "#123456"))))

    def texts(*args: str | None) -> list[str]:
        return [choice.text for choice in choices_for(names, *args)]

    assert texts("arrakeen") == [
        "red agent",
        "blue agent",
        "Cy agent",
        "orange maker hook",
        "blue king",
    ]
    assert texts("conflict") == ["orange maker hook", "blue king"]
    assert texts("arrakeen", "red") == ["red agent"]
    alone = Names.of(request(players=()))
    assert [c.text for c in choices_for(alone, None)] == ["pawn", "disc"]


# How it is shown


@pytest.mark.parametrize("aspect", [1, 2])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 16, 24])
def test_a_sheet_costs_at_most_its_budget_and_is_as_large_as_that_allows(
    count: int, aspect: int
) -> None:
    layout = lay_out(count, aspect, QWEN3)
    crop = np.full((layout.side, aspect * layout.side, 3), 100, np.uint8)
    sheet = draw([crop] * count, layout, QWEN3)

    assert layout.columns * layout.rows >= count
    assert QWEN3.uncapped(sheet.width, sheet.height) <= 1024
    assert sheet.width * sheet.height > 0.75 * 1024 * 32 * 32
    with Image.open(io.BytesIO(sheet.picture)) as image:
        assert image.size == (sheet.width, sheet.height)


def test_crops_are_never_enlarged() -> None:
    assert lay_out(2, 1, QWEN3, native=50).side == 50


@pytest.mark.parametrize("aspect", [1, 2])
def test_a_sheet_takes_no_more_than_can_be_seen(aspect: int) -> None:
    most = fits(aspect, QWEN3)

    assert lay_out(most, aspect, QWEN3).side >= LEAST_SIDE
    assert lay_out(most + 1, aspect, QWEN3).side < LEAST_SIDE


def test_a_pair_is_parted_by_a_dark_line() -> None:
    white, grey = (np.full((40, 40, 3), v, np.uint8) for v in (255, 128))

    joined = pair(white, grey, 20)

    assert joined.shape == (20, 40, 3)
    assert (joined[0, 0, 0], joined[0, 20, 0], joined[0, 39, 0]) == (255, 0, 128)


def middle(picture: bytes) -> tuple[float, float]:
    """Where on the photo the middle of a one-crop sheet was cut: its red and green say."""
    with Image.open(io.BytesIO(picture)) as image:
        pixels = np.asarray(image.convert("RGB")).astype(float)
    crop = pixels[(pixels[..., 2] < 130) & (pixels[..., 2] > 60)]
    return float(np.median(crop[:, 0])) / 255, float(np.median(crop[:, 1])) / 255


def asked_about(asked: AnalysisRequest, read: AnalysisResult) -> Any:
    found = doubts(asked, read)
    assert found
    return plan(asked, read, found, QWEN3)


def test_a_cell_is_cut_where_it_is() -> None:
    (question,) = asked_about(request(), result(pieces=(piece("C2", position=(2.0, 1.0)),)))

    assert middle(question.picture) == pytest.approx(
        (0.1 + 0.8 * 2.5 / 8, 0.1 + 0.8 * 1.5 / 8), abs=0.01
    )
    # Native resolution: a cell of 160 pixels with a fifth around it.
    assert question.size[1] == pytest.approx(224 + 34, abs=32)
    assert question.image_tokens == 1024


def test_a_place_on_a_free_table_is_cut_around_its_position() -> None:
    table = request(Surface(40, 20, "in"))
    (question,) = asked_about(table, result(pieces=(piece(None, position=(10.0, 5.0)),)))  # type: ignore[arg-type]

    assert middle(question.picture) == pytest.approx((0.3, 0.3), abs=0.01)


def test_a_piece_in_a_zone_is_cut_where_it_was_seen() -> None:
    zones = Zones((Zone("north", "North", ((0, 0), (1, 0), (1, 0.5), (0, 0.5))),))
    seen = piece("north", position=(0.7, 0.2), box_px=(1200, 400, 60, 60))
    (question,) = asked_about(request(zones), result(pieces=(seen,)))

    assert middle(question.picture) == pytest.approx((1230 / 1600, 430 / 1600), abs=0.01)


def test_a_zone_is_cut_where_something_changed_in_it() -> None:
    zones = Zones((Zone("north", "North", ((0, 0), (1, 0), (1, 0.5), (0, 0.5))),))
    region = ChangedRegion((1200, 400, 60, 60), ("north",), RegionKind.APPEARED, "red", 0.9)
    other = ChangedRegion((300, 300, 60, 60), ("north",), RegionKind.APPEARED, "blue", 1.0)
    move = placed(to_space="north")
    (question,) = asked_about(
        request(zones, before=PHOTO), result(move, changed_regions=(other, region))
    )

    assert middle(question.picture) == pytest.approx((1230 / 1600, 430 / 1600), abs=0.01)
    assert question.ordinary


def test_before_and_after_are_cut_at_the_same_place_of_a_board_that_moved() -> None:
    shifted = tuple((x + 0.05, y) for x, y in CORNERS)
    found = Alignment(AlignmentStatus.MOVED, 0.05, 0, 9, shifted, before_corners=CORNERS)  # type: ignore[arg-type]
    (question,) = asked_about(request(before=PHOTO), result(placed(), alignment=found))
    with Image.open(io.BytesIO(question.picture)) as image:
        pixels = np.asarray(image.convert("RGB")).astype(float)
    inside = (pixels[..., 2] < 130) & (pixels[..., 2] > 60)
    columns = np.flatnonzero(inside.any(axis=0))
    left = pixels[:, : columns.mean().astype(int) - 4][inside[:, : columns.mean().astype(int) - 4]]
    right = pixels[:, columns.mean().astype(int) + 4 :][inside[:, columns.mean().astype(int) + 4 :]]

    assert np.median(right[:, 0]) - np.median(left[:, 0]) == pytest.approx(0.05 * 255, abs=2)


def test_what_the_camera_does_not_see_is_not_asked_about() -> None:
    off = tuple((x + 0.5, y) for x, y in CORNERS)
    found = Alignment(AlignmentStatus.ALIGNED, 0, 0, 0, off)  # type: ignore[arg-type]
    pieces = (piece("H1", position=(7.0, 0.0)), piece("A1", position=(0.0, 0.0)))
    read = result(pieces=pieces, alignment=found)

    (question,) = plan(request(), read, doubts(request(), read), QWEN3)
    assert [s.key for s in question.subjects] == ["piece:1"]
    assert plan(request(), replace(read, alignment=replace(found, corners=None)), (), QWEN3) == ()


def test_many_pieces_go_on_sheets_of_even_size() -> None:
    grid = Grid(10, 10)
    pieces = tuple(
        piece(f"{chr(65 + x)}{y + 1}", position=(float(x), float(y)))
        for x in range(10)
        for y in range(8)
    )
    read = result(pieces=pieces)
    questions = plan(request(grid), read, doubts(request(grid), read), QWEN3)

    counts = [len(q.subjects) for q in questions]
    assert sum(counts) == 80
    assert max(counts) - min(counts) <= 1
    assert {q.image_tokens for q in questions} == {1024}


def test_a_crop_at_the_photos_edge_repeats_the_edge() -> None:
    edge = ((-0.05, -0.05), (0.9, -0.05), (0.9, 0.9), (-0.05, 0.9))
    found = Alignment(AlignmentStatus.ALIGNED, 0, 0, 0, edge)
    read = result(pieces=(piece("A1", position=(0.0, 0.0)),), alignment=found)

    (question,) = plan(request(), read, doubts(request(), read), QWEN3)

    assert middle(question.picture)[0] < 0.06


# What the answers make of it

RED_PAWN, RED_DISC = Choice("red pawn", "pawn", 1), Choice("red disc", "disc", 1)
BLUE_PAWN = Choice("blue pawn", "pawn", 2)
CHOICES = (RED_PAWN, BLUE_PAWN, RED_DISC, Choice("blue disc", "disc", 2))


def answer(key: str, value: str | int | None, confidence: float = 0.97, **more: Any) -> Answer:
    return Answer(Subject(key, "E4", more.get("choices", CHOICES)), value, confidence)


def test_two_witnesses() -> None:
    assert agreed(0.8, 0.5) == pytest.approx(0.8)
    assert agreed(0.8, 0.9) == pytest.approx(0.72 / 0.74)
    assert contradicted(0.8, 0.9) == pytest.approx(0.08 / 0.26)
    assert agreed(1.0, 0.0) == 0.0


def test_a_piece_gets_the_models_name_where_both_see_the_same_colour() -> None:
    merged = merge(request(), result(pieces=(piece(),)), [answer("piece:0", "red disc")])

    (named,) = merged.result.detected_pieces
    assert (named.type, named.source) == ("disc", "vlm")
    assert named.confidence == pytest.approx(0.98 * 0.97)
    assert merged.result.questions == ()
    assert merged.result.confidence == pytest.approx(0.95)
    assert merged.named[0].agrees is True


def test_a_contradiction_is_a_question_and_never_a_silent_choice() -> None:
    merged = merge(request(), result(pieces=(piece(),)), [answer("piece:0", "blue disc")])

    (named,) = merged.result.detected_pieces
    assert (named.player, named.color) == (1, "red")
    assert named.confidence == pytest.approx(contradicted(0.98, 0.97))
    (question,) = merged.result.questions
    assert question.spaces == ("E4",)
    assert question.options == ("disc", "pawn")
    assert merged.result.confidence < 0.7
    assert merged.named[0].agrees is False


def test_what_the_model_is_not_sure_of_is_asked() -> None:
    merged = merge(request(), result(pieces=(piece(),)), [answer("piece:0", "red pawn", 0.6)])

    (question,) = merged.result.questions
    assert question.text == "Which red piece is on E4?"
    assert question.options[0] == "pawn"


def test_a_piece_that_the_model_does_not_see_is_asked_about() -> None:
    merged = merge(request(), result(pieces=(piece(),)), [answer("piece:0", "empty")])

    assert merged.result.questions[0].options == ("a red piece", "empty")
    assert merged.result.confidence < 0.7


def test_unsure_changes_nothing() -> None:
    merged = merge(request(), result(pieces=(piece(),)), [answer("piece:0", "unsure")])

    assert merged.result.detected_pieces == (piece(),)
    assert merged.result.questions == ()
    assert merged.named[0].agrees is None


def test_the_start_position_knows_better_but_somebody_has_to_look() -> None:
    known = piece(type="pawn")

    same = merge(request(), result(pieces=(known,)), [answer("piece:0", "red pawn")])
    other = merge(request(), result(pieces=(known,)), [answer("piece:0", "red disc")])

    assert same.result.detected_pieces[0].source == "both"
    assert same.result.detected_pieces[0].confidence > 0.99
    assert other.result.detected_pieces[0].type == "pawn"
    assert other.result.questions[0].options == ("red pawn", "red disc")


def test_a_description_helps_the_players_to_name_it() -> None:
    merged = merge(
        request(vocabulary=()),
        result(pieces=(piece(),)),
        [answer("piece:0", "red wooden house", choices=())],
    )

    assert merged.result.questions[0].text == "What is on E4? It looks like: red wooden house."
    assert merged.result.detected_pieces[0].type == "unknown"


TYPE_QUESTION = PlayerQuestion("Which red piece is new on E4?", ("E4",), ("pawn", "disc"))


def test_a_new_piece_is_named_and_the_question_settled() -> None:
    read = result(
        placed(),
        pieces=(piece("E4", confidence=0.97), piece("A1", id="p1")),
        questions=(TYPE_QUESTION,),
    )

    merged = merge(request(before=PHOTO), read, [answer("to:0", "red disc")])

    (move,) = merged.result.moves
    assert (move.type, move.source) == ("disc", "vlm")
    assert merged.result.questions == ()
    assert [p.type for p in merged.result.detected_pieces] == ["disc", "unknown"]
    assert merged.result.summary == "Red disc placed on E4"
    assert merged.result.confidence == pytest.approx(0.95 * 0.97)


def test_a_name_that_is_not_sure_leaves_the_question() -> None:
    read = result(placed(), questions=(TYPE_QUESTION,))

    merged = merge(request(before=PHOTO), read, [answer("to:0", "red disc", 0.6)])

    assert merged.result.questions == (TYPE_QUESTION,)


UNSURE_QUESTION = PlayerQuestion(
    "Is this right: red pawn: E2 → E4?", ("E2", "E4"), ("red pawn: E2 → E4", "Nothing of this")
)


def test_an_unsure_move_that_the_model_sees_too_is_settled() -> None:
    read = result(moved(0.8), questions=(UNSURE_QUESTION,), confidence=0.8)
    answers = [answer("to:0", "red pawn"), answer("from:0", "empty")]

    merged = merge(request(before=PHOTO), read, answers)

    (move,) = merged.result.moves
    assert move.source == "both"
    assert move.confidence == pytest.approx(agreed(agreed(0.8, 0.97), 0.97))
    assert merged.result.questions == ()
    assert merged.result.confidence > 0.95


def test_an_unsure_move_that_the_model_denies_stays_a_question() -> None:
    read = result(moved(0.8), questions=(UNSURE_QUESTION,), confidence=0.8)
    answers = [answer("to:0", "empty"), answer("from:0", "red pawn")]

    merged = merge(request(before=PHOTO), read, answers)

    assert merged.result.moves[0].confidence < 0.01
    (question,) = merged.result.questions
    assert question.options[1] == "E4: empty"
    assert [named.agrees for named in merged.named] == [False, False]


def test_where_the_model_cannot_tell_tracking_stands() -> None:
    read = result(moved(0.8), questions=(UNSURE_QUESTION,), confidence=0.8)
    answers = [answer("to:0", "unsure"), answer("from:0", "unsure")]

    merged = merge(request(before=PHOTO), read, answers)

    assert merged.result.moves == read.moves
    assert merged.result.questions == read.questions
    assert merged.result.confidence == 0.8


def test_numbers_are_readings_beside_the_moves() -> None:
    areas = tuple(
        Area(name, name.title(), ((0, 0), (0.2, 0), (0.2, 0.2)))
        for name in ("spice", "water", "sun")
    )
    answers = [
        Answer(Subject("area:spice", "Spice"), 5, 0.93),
        Answer(Subject("area:water", "Water"), None, 0.5),
    ]

    merged = merge(request(areas=areas), result(warnings=(WarningCode.NAMES_PENDING,)), answers)

    assert [(r.area, r.value, r.confidence) for r in merged.result.readings] == [
        ("spice", 5, 0.93),
        ("water", None, 0.5),
    ]
    assert merged.result.warnings == ()
    assert merged.result.confidence == 0.95


def test_without_answers_a_reading_is_as_it_was() -> None:
    read = result(moved(0.99), questions=(UNSURE_QUESTION,), summary="Red pawn: E2 → E4")

    assert merge(request(before=PHOTO), read, ()).result == read


def test_a_real_reading_says_where_the_board_was_before(scene: Any) -> None:
    cells = {(3, 3): "red", (5, 5): "blue"}
    asked = AnalysisRequest(
        after=scene.file(cells, noise=1, shift=(4, 2)),
        before=scene.file(cells),
        layout=Grid(8, 8),
        corners=scene.corners,
        players=PLAYERS,
    )

    read = analyse(asked)

    assert read.alignment.before_corners == pytest.approx(np.asarray(scene.corners), abs=1e-3)


def test_places_that_nothing_says_where_they_are() -> None:
    zones = Zones((Zone("north", "North", ((0, 0), (1, 0), (1, 0.5), (0, 0.5))),))

    assert outline(Grid(8, 8), None, None) is None
    assert outline(Grid(8, 8), None, (2.0, 3.0)) == ((2 / 8, 3 / 8), (3 / 8, 3 / 8), (3 / 8, 0.5), (2 / 8, 0.5))  # fmt: skip
    assert outline(Surface(40, 20), "E4", None) is None
    assert outline(zones, "south", None) is None
    assert outline(zones, "north", None) == zones.zones[0].polygon


def test_a_large_change_is_shown_whole() -> None:
    region = ChangedRegion((100, 100, 800, 400), ("E4",), RegionKind.APPEARED, "red", 1)

    square = square_of_box(region.box_px, CORNERS, (1600, 1600))

    assert square.side == pytest.approx(800 * 1.4)


def test_a_photo_without_a_readable_header_is_measured_by_its_pixels() -> None:
    file = io.BytesIO()
    Image.new("RGB", (320, 200)).save(file, "WEBP")

    assert photo_size(file.getvalue()) == (320, 200)
