"""Play a game whose setup nobody has told: a model names the pieces, tracking does the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import json
from typing import Any

import aiohttp

from .play import Result, play_steps
from .table import Camera, Stage

FULL = (4608, 2592)
"""Pixels of a whole photo."""


@dataclass(slots=True)
class Naming:
    """What naming has cost, and how good it was.

    Attributes:
        names: Pieces on the table.
        right: Of which type, owner and place were told rightly.
        calls: Questions put to the model.
        image_tokens: Tokens of the pictures it was shown.
        captures: Photos that were read.
        frame_tokens: Tokens of one whole photo, for the same model.
    """

    names: int
    right: int
    calls: int
    image_tokens: int
    captures: int
    frame_tokens: int

    @property
    def ratio(self) -> float:
        """How many times more tokens the whole photos would have cost, one a capture."""
        return self.captures * self.frame_tokens / max(1, self.image_tokens)

    def to_json(self) -> dict[str, Any]:
        """Return the figures of the demo's last line."""
        return {
            "names": self.names,
            "names_right": self.right,
            "vlm_calls": self.calls,
            "image_tokens": self.image_tokens,
            "image_token_ratio": round(self.ratio, 1),
        }


async def play_unknown(stage: Stage, camera: Camera) -> tuple[Result, Naming]:
    """Play the camera's script without saying what stands on the table."""
    script = await camera.request("GET", "/simulator")
    await _show_truth(stage, camera, script)
    await stage.client.action(
        "twat",
        "calibrate_board",
        {"table": camera.table, "game_type": script["profile"], "settings": script["settings"]},
    )
    print(f"\n{script['title']}: nobody says what stands on it")
    game = await stage.create_game(
        camera,
        {
            "name": script["title"],
            "game_type": script["profile"],
            "players": script["players"],
            "settings": script["settings"],
        },
    )
    setup = await game.press_capture(named=True)
    vlm = (await game.action("get_state"))["capture"]["analysis_results"]["vlm"]
    if setup["outcome"] == "review_needed":
        await game.action("accept")
    pieces = (await game.action("get_state"))["state"]["board_state"]["pieces"]
    right = _compare(pieces, script["start"])
    print(f"  setup     {setup['outcome']}, named by {vlm['model']} in {vlm['seconds']:.1f} s")
    if right < len(script["start"]):
        wanted = [{k: p[k] for k in ("type", "player", "space")} for p in script["start"]]
        await game.action("correct", capture_id=setup["capture_id"], pieces=wanted)
    result = await play_steps(camera, game, script)
    steps = script["steps"]
    captures = 1 + len(steps) + sum(bool(step.get("hand")) for step in steps)
    calls, tokens = await _asked(stage)
    naming = Naming(
        len(script["start"]), right, calls, tokens, captures, _frame_tokens(vlm["model"])
    )
    print(
        f"  names     {right} of {naming.names} as they stand"
        f"\n  captures  {naming.captures}: {calls} question(s) to the model, {tokens} image tokens"
        f" ({tokens / naming.captures:.0f} a capture)"
        f"\n            whole photos: {naming.captures} questions,"
        f" {naming.captures * naming.frame_tokens} image tokens"
        f" ({naming.frame_tokens} a capture), {naming.ratio:.0f} times as many"
    )
    return result, naming


def _compare(pieces: Sequence[Mapping[str, Any]], start: Sequence[Mapping[str, Any]]) -> int:
    """Print every name beside the truth and count the right ones."""
    read = {p["space"]: p for p in pieces}
    right = 0
    for piece in start:
        found = read.get(piece["space"], {"type": "nothing", "player": None})
        same = (found["type"], found["player"]) == (piece["type"], piece["player"])
        right += same
        print(
            f"  {piece['space']:>4} {'right' if same else 'WRONG'} "
            f"{found['type']} of player {found['player']}"
            + ("" if same else f", truth {piece['type']} of player {piece['player']}")
        )
    return right


def _frame_tokens(model: str) -> int:
    """Tokens of a whole photo with all its pixels (docs/models.md)."""
    side = 32 if model.startswith("qwen3") else 28
    return round(FULL[0] / side) * round(FULL[1] / side)


async def _show_truth(stage: Stage, camera: Camera, script: Mapping[str, Any]) -> None:
    """Show the stand-in a photo of the table, and where on it what stands.

    It is another photo than the one that is read: the light has wavered and the noise is new.
    """
    colors = {p["position"]: p["color"] for p in script["players"]}
    things = [
        {
            "box": _box(script, piece["space"]),
            "words": [colors[piece["player"]], piece["type"]],
        }
        for piece in script["start"]
    ]
    form = aiohttp.FormData()
    form.add_field("photo", await camera.still(), filename="table.jpg")
    form.add_field("things", json.dumps(things))
    assert stage.models is not None
    async with stage.session.post(f"{stage.models.url}/stand-in/truth", data=form) as response:
        response.raise_for_status()


def _box(script: Mapping[str, Any], space: str) -> list[int]:
    """Bounding box of a cell in pixels of the photo; the camera looks almost straight down."""
    grid = script["layout"]["grid"]
    column, row = ord(space[0]) - ord("A"), int(space[1:]) - 1
    corners = [
        _between(script["corners"], (column + dx) / grid["columns"], (row + dy) / grid["rows"])
        for dx in (0, 1)
        for dy in (0, 1)
    ]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    return [round(left), round(top), round(right - left), round(bottom - top)]


def _between(corners: Sequence[Sequence[float]], u: float, v: float) -> tuple[float, float]:
    """A point of the board in pixels, between its corners."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    x = (1 - v) * ((1 - u) * ax + u * bx) + v * ((1 - u) * dx + u * cx)
    y = (1 - v) * ((1 - u) * ay + u * by) + v * ((1 - u) * dy + u * cy)
    return x * FULL[0], y * FULL[1]


async def _asked(stage: Stage) -> tuple[int, int]:
    """Return how often the stand-in was asked, and for how many image tokens."""
    assert stage.models is not None
    async with stage.session.get(f"{stage.models.url}/stand-in/calls") as response:
        told = await response.json()
    assert not told["refused"], told["refused"]
    return told["calls"], told["image_tokens"]
