"""Names that come later, from a stand-in model server over a real socket, with the real pipeline."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
import contextlib
from typing import Any

import pytest

from tests.fakes.ollama import FakeOllama, Fault
from twat_vision.pipeline import analyse
from twat_vision.pipeline.types import AnalysisRequest, Grid, Piece, Player, VocabularyEntry
from twat_vision.service.answers import JobAnswer, ResultsAnswer
from twat_vision.service.convert import to_result
from twat_vision.vlm import Budgets

pytestmark = pytest.mark.timeout(90)

CELLS = {(1, 6): "red", (3, 6): "red", (5, 1): "blue", (6, 1): "blue"}
PLAYERS = [
    {"position": 1, "name": "Alice", "color": "red"},
    {"position": 2, "name": "Bob", "color": "blue"},
]
VOCABULARY = [{"type": kind, "name": kind} for kind in ("pawn", "disc", "cube")]


@pytest.fixture
def table(scene: Any) -> Callable[..., bytes]:
    return lambda cells=CELLS, noise=0: scene.file(cells, noise=noise)


@pytest.fixture
async def ollama(scene: Any) -> AsyncIterator[FakeOllama]:
    """A server that has been told how discs look on this table."""
    server = FakeOllama()
    things = []
    for (column, row), color in CELLS.items():
        box = [150 + 45 * column, 60 + 45 * row, 45, 45]
        things.append({"box": box, "words": [color, "disc"]})
    server.truth.learn(scene.file(CELLS, noise=9), things)
    async with server.running():
        yield server


@pytest.fixture
def naming_service(start_service: Any, ollama: FakeOllama, scene: Any) -> Any:
    """Start a service that asks the stand-in, and tries again at once."""

    @contextlib.asynccontextmanager
    async def start(**settings: Any) -> AsyncIterator[Any]:
        options = {"ollama_url": ollama.url, "retry_seconds": 0.0, **settings}
        async with start_service(real=True, **options) as service:
            yield service

    return start


def request(scene: Any, **more: Any) -> dict[str, Any]:
    return {
        "board": {
            "corners": [list(corner) for corner in scene.corners],
            "layout": {"grid": {"columns": 8, "rows": 8}},
        },
        "players": PLAYERS,
        "vocabulary": VOCABULARY,
        **more,
    }


async def outcome(events: Any, capture_id: str, *statuses: str) -> dict[str, Any]:
    """Wait for news of a capture's names, and return the results they came with."""
    while True:
        event = await events.until("named", capture_id=capture_id)
        if event["results"]["vlm"]["status"] in statuses:
            results: dict[str, Any] = event["results"]
            return results


def names(results: dict[str, Any]) -> set[tuple[str, str, int]]:
    return {(p["space"], p["type"], p["player"]) for p in results["detected_pieces"]}


TRUTH = {("B7", "disc", 1), ("D7", "disc", 1), ("F2", "disc", 2), ("G2", "disc", 2)}


async def test_a_setup_nobody_knows_is_named_after_it_was_read(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    async with naming_service() as service, service.events() as events:
        job_id = await service.submit("cap-1", await service.upload(table()), **request(scene))

        read = (await events.until("completed"))["results"]
        named = await outcome(events, "cap-1", "done")
        job = await service.job(job_id)

    assert {p["type"] for p in read["detected_pieces"]} == {"unknown"}
    assert read["vlm"]["status"] == "pending"
    assert read["warnings"] == ["names_pending"]
    assert names(named) == TRUTH
    assert {p["source"] for p in named["detected_pieces"]} == {"vlm"}
    assert named["warnings"] == []
    assert named["questions"] == []
    assert (named["vlm"]["calls"], named["vlm"]["image_tokens"]) == (1, 1024)
    assert {a["answer"] for a in named["vlm"]["answers"]} == {"red disc", "blue disc"}
    assert all(a["agrees"] for a in named["vlm"]["answers"])
    assert JobAnswer.model_validate(job).results is not None
    assert job["results"] == named
    assert [e["done"] for e in events.seen if e["type"] == "naming"] == [0]
    assert ollama.calls[0].options["num_ctx"] == 8192
    assert ollama.calls[0].keep_alive == 4 * 3600


CUBES = {
    (0.12, 0.12): "red",
    (0.22, 0.12): "red",
    (0.32, 0.3): "blue",
    (0.75, 0.78): "blue",
    (0.55, 0.9): "green",
}
KINDS = {"red": "troop", "blue": "agent", "green": "troop"}
SEATS = [*PLAYERS, {"position": 3, "name": "Cy", "color": "green"}]


@pytest.fixture
def learn_cubes(desert: Any, ollama: FakeOllama) -> bytes:
    """A photo of a board without cells, whose pieces the model server knows; the photo."""
    size = 2560, 1920
    things = []
    for (u, v), color in CUBES.items():
        x, y = 4 * (150 + 360 * u), 4 * (60 + 360 * v)
        box = [round(x) - 22, round(y) - 22, 44, 44]
        things.append({"box": box, "words": [color, KINDS[color]]})
    ollama.truth.learn(desert.file({}, cubes=CUBES, size=size), things)
    photo: bytes = desert.file({}, cubes=CUBES, noise=1, size=size)
    return photo


def uncharted(desert: Any, layout: dict[str, Any], vocabulary: list[Any]) -> dict[str, Any]:
    corners = [list(corner) for corner in desert.corners]
    board = {"corners": corners, "layout": layout}
    return {"board": board, "players": SEATS, "vocabulary": vocabulary}


async def test_a_board_of_zones_gets_names_of_what_may_stand_there(
    naming_service: Any, ollama: FakeOllama, desert: Any, zones: Any, learn_cubes: bytes
) -> None:
    """In the south only troops may stand: nobody has to be asked about those."""
    everywhere = ["north", "camp", "flag"]
    vocabulary = [
        {"type": "troop", "name": "troop", "spaces": [*everywhere, "south"]},
        {"type": "agent", "name": "agent", "spaces": everywhere},
    ]
    layout = {"zones": [{"id": z.id, "name": z.name, "polygon": z.polygon} for z in zones.zones]}
    async with naming_service() as service, service.events() as events:
        after = await service.upload(learn_cubes)
        await service.submit("cap-1", after, **uncharted(desert, layout, vocabulary))
        read = (await events.until("completed"))["results"]
        named = await outcome(events, "cap-1", "done")

    assert Counter((p["space"], p["type"], p["player"]) for p in named["detected_pieces"]) == {
        ("north", "troop", 1): 2,
        ("north", "agent", 2): 1,
        ("camp", "agent", 2): 1,
        ("south", "troop", 3): 1,
    }
    assert [p["type"] for p in read["detected_pieces"] if p["space"] == "south"] == ["troop"]
    assert named["counts"]["north"] == {"red": 2, "blue": 1}
    assert {a["place"] for a in named["vlm"]["answers"]} == {"North", "Camp"}
    assert named["vlm"]["image_tokens"] == 1024
    assert named["questions"] == []
    assert '"red troop"' in ollama.calls[0].prompt


async def test_a_free_table_gets_names_of_what_stands_where(
    naming_service: Any, desert: Any, learn_cubes: bytes
) -> None:
    layout = {"surface": {"width": 36, "height": 36, "unit": "in"}}
    vocabulary = [{"type": kind, "name": kind} for kind in ("troop", "agent", "objective")]
    async with naming_service() as service, service.events() as events:
        after = await service.upload(learn_cubes)
        await service.submit("cap-1", after, **uncharted(desert, layout, vocabulary))
        named = await outcome(events, "cap-1", "done")

    assert len(named["detected_pieces"]) == len(CUBES)
    for (u, v), color in CUBES.items():
        (piece,) = (
            p
            for p in named["detected_pieces"]
            if abs(p["position"]["x"] - 36 * u) + abs(p["position"]["y"] - 36 * v) < 1
        )
        assert (piece["type"], piece["color"]) == (KINDS[color], color)
    assert named["vlm"]["answers"][0]["place"].startswith("the table at ")


async def test_moves_that_tracking_knows_cost_nothing(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    pieces = [
        {
            "id": f"p{i}",
            "type": kind,
            "player": player,
            "position": {"x": 0, "y": 0},
            "space": space,
        }
        for i, (space, kind, player) in enumerate(sorted(TRUTH))
    ]
    moved = {cell: color for cell, color in CELLS.items() if cell != (3, 6)} | {(3, 4): "red"}

    async with naming_service() as service, service.events() as events:
        before = await service.upload(table())
        after = await service.upload(table(moved, noise=1))
        await service.submit(
            "cap-2",
            after,
            **request(scene, pieces=pieces, images={"after": after, "before": before}),
        )
        results = (await events.until("completed"))["results"]

    assert [(m["from"], m["to"], m["type"]) for m in results["moves"]] == [("D7", "D5", "disc")]
    assert results["vlm"] is None
    assert not ollama.calls


async def test_a_new_piece_is_shown_before_and_after(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    placed = CELLS | {(4, 3): "blue"}

    async with naming_service() as service, service.events() as events:
        before = await service.upload(table())
        after = await service.upload(table(placed, noise=1))
        await service.submit(
            "cap-3",
            after,
            **request(
                scene,
                images={"after": after, "before": before},
                pieces=[
                    {
                        "id": f"p{i}",
                        "type": t,
                        "player": p,
                        "position": {"x": 0, "y": 0},
                        "space": s,
                    }
                    for i, (s, t, p) in enumerate(sorted(TRUTH))
                ],
            ),
        )
        read = (await events.until("completed"))["results"]
        named = await outcome(events, "cap-3", "done")

    assert [q["options"] for q in read["questions"]] == [["pawn", "disc", "cube"]]
    (move,) = named["moves"]
    assert (move["kind"], move["to"], move["type"], move["source"]) == (
        "place",
        "E4",
        "disc",
        "vlm",
    )
    assert named["questions"] == []
    assert named["summary"] == "Blue disc placed on E4"
    assert ("E4", "disc", 2) in names(named)
    assert named["vlm"]["image_tokens"] <= 1500
    (call,) = ollama.calls
    width, height = call.images[0]
    assert width > 1.5 * height
    assert "left photo of a pair was taken before" in call.prompt.replace("\n", " ")


FAULTS = [
    # fault, how often, code while waiting (None: it does not come to that), and what it costs in all: questions, pictures
    (Fault.LOADS_FOREVER, 1, "load_timeout", 1, 1),
    (Fault.BUSY, 1, "busy", 2, 2),
    (Fault.CRASHES, 1, "server_error", 2, 2),
    (Fault.DROPS, 1, "unreachable", 2, 2),
    (Fault.HANGS, 1, "answer_timeout", 2, 2),
    (Fault.BLIND, 1, "image_lost", 2, 2),
    (Fault.EMPTY, 1, None, 2, 2),
    (Fault.EMPTY, 2, "bad_answer", 3, 3),
    (Fault.THINKS, 2, "bad_answer", 3, 3),
    (Fault.THINKS_IN_CONTENT, 1, None, 1, 1),
    (Fault.INVALID_JSON, 1, None, 3, 2),
    (Fault.INVALID_JSON, 2, "bad_answer", 3, 2),
    (Fault.NOT_IN_SCHEMA, 1, None, 3, 2),
    (Fault.NOT_IN_SCHEMA, 2, "bad_answer", 3, 2),
]


async def test_each_fault_leaves_a_reading_without_names_that_gets_them_later(
    naming_service: Any,
    ollama: FakeOllama,
    table: Any,
    scene: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Run alone (`-k each_fault`, without `-n`) it prints the table of faults."""
    rows = [("fault", "what is said until the names come", "questions", "pictures", "names")]
    async with (
        naming_service(budgets=Budgets(load=3, answer=3)) as service,
        service.events() as events,
    ):
        after = await service.upload(table())
        for number, (fault, times, code, calls, pictures) in enumerate(FAULTS):
            capture = f"cap-{number}"
            ollama.fail(fault, times)

            await service.submit(capture, after, **request(scene))
            read = (await events.until("completed", capture_id=capture))["results"]
            first = await outcome(events, capture, "waiting", "done")
            waiting = first["vlm"]
            named = first if waiting["status"] == "done" else await outcome(events, capture, "done")
            vlm = named["vlm"]

            assert read["warnings"] == ["names_pending"], fault
            assert waiting["code"] == code, fault
            assert (first["warnings"] == ["names_unavailable"]) == (code is not None), fault
            assert bool(waiting["message"]) == (code is not None), fault
            assert names(named) == TRUTH, fault
            assert named["warnings"] == [], fault
            assert (vlm["calls"], vlm["image_tokens"]) == (calls, 1024 * pictures), fault
            said = f"{code}: {waiting['message']}" if code else "–"
            right = f"{len(names(named) & TRUTH)} of {len(TRUTH)}"
            rows.append((f"{fault} × {times}", said, str(calls), str(pictures), right))
    lines = [" | ".join(("", *row, "")).strip() for row in rows]
    with capsys.disabled():
        print("\n" + "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]))


async def test_a_model_that_never_gets_into_memory_has_its_own_budget(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    ollama.fail(Fault.LOADS_FOREVER, 1)
    budgets = Budgets(load=0.2, answer=30)
    async with naming_service(budgets=budgets) as service, service.events() as events:
        await service.submit("cap-1", await service.upload(table()), **request(scene))

        waiting = (await outcome(events, "cap-1", "waiting"))["vlm"]
        named = await outcome(events, "cap-1", "done")

    assert waiting["code"] == "load_timeout"
    assert waiting["message"] == "The model was not in memory within 0.2 s."
    assert names(named) == TRUTH


async def test_nonsense_twice_is_given_up(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    ollama.fail(Fault.INVALID_JSON)
    async with naming_service() as service, service.events() as events:
        await service.submit("cap-1", await service.upload(table()), **request(scene))

        failed = await outcome(events, "cap-1", "failed")

    assert failed["vlm"]["code"] == "bad_answer"
    assert failed["warnings"] == ["names_unavailable"]
    assert len(failed["detected_pieces"]) == 4
    # Twice, each time with one try at repair, for which the picture is not shown again.
    assert [len(call.images) for call in ollama.calls] == [1, 0, 1, 0]
    assert "it was not valid JSON" in ollama.calls[1].prompt
    assert (failed["vlm"]["calls"], failed["vlm"]["image_tokens"]) == (4, 2048)


async def test_names_that_were_given_up_come_when_somebody_asks_again(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    ollama.fail(Fault.EMPTY)
    async with naming_service() as service, service.events() as events:
        after = await service.upload(table())
        first = await service.submit("cap-1", after, **request(scene))
        await outcome(events, "cap-1", "failed")
        ollama.mend()
        again = await service.submit("cap-1", after, **request(scene))
        named = await outcome(events, "cap-1", "done")

    assert again != first
    assert names(named) == TRUTH


@pytest.mark.parametrize("wish", [{}, {"model": "qwen2.5vl:7b"}])
async def test_whoever_asks_again_does_not_wait_for_a_server_to_be_trusted(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any, wish: dict[str, str]
) -> None:
    ollama.fail(Fault.BUSY, 1)
    async with naming_service(retry_seconds=3600.0) as service, service.events() as events:
        after = await service.upload(table())
        first = await service.submit("cap-1", after, **request(scene))
        await outcome(events, "cap-1", "waiting")
        again = await service.submit("cap-1", after, **request(scene, **wish))
        named = await outcome(events, "cap-1", "done")

    assert (again == first) == (not wish)
    assert names(named) == TRUTH


async def test_a_server_that_is_away_is_left_alone_until_something_changes(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    """The second analysis is told at once what is in the way; nobody is asked for it."""
    ollama.installed = [model for model in ollama.installed if not model.vision]
    async with naming_service(retry_seconds=3600.0) as service, service.events() as events:
        after = await service.upload(table())
        await service.submit("cap-1", after, **request(scene))
        first = await outcome(events, "cap-1", "waiting")
        await service.submit("cap-2", after, **request(scene))
        second = await outcome(events, "cap-2", "waiting")

        async with service.session.get("/v1/models") as response:
            listing = await response.json()
        pull = {"model": listing["problem"]["model"]}
        async with service.session.post("/v1/models/pull", json=pull) as response:
            assert response.status == 202
        named = [await outcome(events, capture, "done") for capture in ("cap-1", "cap-2")]

    assert first["vlm"]["code"] == second["vlm"]["code"] == "no_model"
    assert listing["problem"]["code"] == "no_model"
    assert pull["model"] == "qwen3-vl:8b-instruct"
    assert all(names(results) == TRUTH for results in named)
    news = [event for event in events.seen if event["type"] == "model"]
    assert [n["status"] for n in news[-2:]] == ["pulling", "done"]
    assert [n["completed"] for n in news[:-1]] == sorted(n["completed"] for n in news[:-1])


async def test_what_is_wanted_survives_a_restart(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    ollama.fail(Fault.HANGS)
    async with naming_service() as service, service.events() as events:
        job_id = await service.submit("cap-1", await service.upload(table()), **request(scene))
        await events.until("naming")
    ollama.mend()

    async with naming_service() as service, service.events(0) as events:
        while (job := await service.job(job_id))["results"]["vlm"]["status"] != "done":
            await events.next()

    assert names(job["results"]) == TRUTH


async def test_cancelling_ends_the_question_at_the_server(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    ollama.fail(Fault.HANGS)
    async with naming_service() as service, service.events() as events:
        job_id = await service.submit("cap-1", await service.upload(table()), **request(scene))
        await events.until("naming")
        async with service.session.delete(f"/v1/jobs/{job_id}") as response:
            job = await response.json()
        while not ollama.abandoned:
            await service.job(job_id)
        async with service.session.delete(f"/v1/jobs/{job_id}") as response:
            assert await response.json() == job

    assert job["status"] == "completed"
    assert job["results"]["vlm"]["status"] == "cancelled"
    assert job["results"]["warnings"] == []


async def test_asking_anew_ends_the_old_question(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    ollama.fail(Fault.HANGS, 1)
    async with naming_service() as service, service.events() as events:
        after = await service.upload(table())
        await service.submit("cap-1", after, **request(scene))
        await events.until("naming")
        again = await service.submit("cap-1", after, **request(scene, model="qwen2.5vl:7b"))

        named = await events.until("named", job_id=again)

    assert ollama.abandoned == 1
    assert named["results"]["vlm"]["model"] == "qwen2.5vl:7b"


async def test_a_request_can_name_its_model_and_an_old_name_means_its_successor(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    async with naming_service() as service, service.events() as events:
        wish = request(scene, model="qwen2-vl:7b")
        await service.submit("cap-1", await service.upload(table()), **wish)

        vlm = (await outcome(events, "cap-1", "done"))["vlm"]

    assert vlm["model"] == "qwen2.5vl:7b"
    assert vlm["notes"] == [
        "There is no model qwen2-vl:7b in Ollama's library; qwen2.5vl:7b, its successor, is used."
    ]


async def test_marked_areas_are_read_as_numbers(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    area = {
        "id": "spice",
        "name": "Spice",
        "polygon": [[0.125, 0.75], [0.25, 0.75], [0.25, 0.875], [0.125, 0.875]],
        "kind": "count",
        "least": 0,
        "most": 12,
        "hint": "orange hexagons",
    }
    box = [150 + 45, 60 + 45 * 6, 45, 45]
    ollama.truth.learn(scene.file(CELLS, noise=9), [{"box": box, "number": 7}])
    pieces = [{"id": "p", "type": "disc", "player": 1, "position": {"x": 0, "y": 0}, "space": "B7"}]
    async with naming_service() as service, service.events() as events:
        body = request(scene, areas=[area], pieces=pieces)
        await service.submit("cap-1", await service.upload(table()), **body)

        named = await outcome(events, "cap-1", "done")

    (reading,) = named["readings"]
    assert (reading["area"], reading["value"], reading["source"]) == ("spice", 7, "vlm")
    assert 0.5 < reading["confidence"] < 1
    assert "how many things lie there (orange hexagons)" in ollama.calls[0].prompt


async def test_metrics_count_what_names_cost(
    naming_service: Any, ollama: FakeOllama, table: Any, scene: Any
) -> None:
    ollama.fail(Fault.BUSY, 1)
    async with naming_service() as service, service.events() as events:
        await service.submit("cap-1", await service.upload(table()), **request(scene))
        await outcome(events, "cap-1", "done")
        async with service.session.get("/metrics") as response:
            lines = (await response.text()).splitlines()

    assert "twat_vlm_calls_total 1.0" in lines
    assert "twat_vlm_image_tokens_total 1024.0" in lines
    assert 'twat_vlm_failures_total{code="busy"} 1.0' in lines
    assert "twat_names_pending 0.0" in lines


def test_a_reading_survives_the_way_to_the_service_and_back(scene: Any) -> None:
    """Whatever the pipeline learns to say has to be understood where names are merged."""
    read = analyse(
        AnalysisRequest(
            after=scene.file(CELLS | {(4, 3): "blue"}, noise=1),
            before=scene.file(CELLS),
            layout=Grid(8, 8),
            corners=scene.corners,
            players=(Player(1, "Alice", "red"), Player(2, "Bob", "blue")),
            vocabulary=(VocabularyEntry("pawn", "pawn"), VocabularyEntry("disc", "disc")),
            pieces=(Piece("p", "disc", 1, (1.0, 6.0), "B7"),),
        )
    ).to_json()
    read["occlusions"] = [{"polygon": [[0.1, 0.1], [0.2, 0.1], [0.2, 0.2]], "spaces": ["A8"]}]
    read["taken_back"] = "state-7"
    assert read["moves"]
    assert read["questions"]

    assert to_result(ResultsAnswer.model_validate(read)).to_json() == read
