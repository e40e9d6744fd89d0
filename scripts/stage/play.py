"""Play a scripted game on the simulated table through Home Assistant's capture button."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
import statistics
import time
from typing import Any

from .table import Camera, Game, Stage
from .truth import Move, Score, compare, described


@dataclass(slots=True)
class Result:
    """What a played game adds up to."""

    scores: list[Score] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    asked: int = 0

    def add(self, score: Score, seconds: float, *, asked: bool) -> None:
        """Count one captured step."""
        self.scores.append(score)
        self.seconds.append(seconds)
        self.asked += asked

    def to_json(self) -> dict[str, Any]:
        """Return the figures of the demo's last line."""
        return {
            "moves": sum(s.right + s.missed for s in self.scores),
            "right": sum(s.right for s in self.scores),
            "false_alarms": sum(s.false for s in self.scores),
            "steps": len(self.scores),
            "steps_right": sum(s.exact for s in self.scores),
            "asked": self.asked,
            "seconds_per_capture": (
                round(statistics.median(self.seconds), 3) if self.seconds else None
            ),
        }

    @property
    def perfect(self) -> bool:
        """Whether every step was read just as it happened."""
        return all(score.exact for score in self.scores)


def total(results: Sequence[Result]) -> Result:
    """Return several games' results as one."""
    merged = Result()
    for result in results:
        merged.scores += result.scores
        merged.seconds += result.seconds
        merged.asked += result.asked
    return merged


async def play_script(stage: Stage, camera: Camera) -> Result:
    """Play the camera's script to its end and print each step beside the truth."""
    script = await camera.request("GET", "/simulator")
    calibration = await stage.client.action(
        "twat",
        "calibrate_board",
        {"table": camera.table, "game_type": script["profile"], "settings": script["settings"]},
    )
    print(f"\n{script['title']}")
    print(f"  board found by {calibration['method']}, confidence {calibration['confidence']:.2f}")
    game = await stage.create_game(camera, new_game(script))
    setup = await game.press_capture()
    print(f"  setup     {setup['outcome']}")
    return await play_steps(camera, game, script)


async def play_steps(camera: Camera, game: Game, script: Mapping[str, Any]) -> Result:
    """Play a script's steps, from an accepted setup on, and print each beside the truth."""
    result = Result()
    for number, step in enumerate(script["steps"], start=1):
        if step.get("hand"):
            await _with_a_hand(camera, game, number)
        await camera.request("POST", "/simulator/advance", {"steps": 1})
        started = time.perf_counter()
        outcome = await game.press_capture()
        seconds = time.perf_counter() - started
        truth = [Move.from_json(m) for m in step["moves"]]
        read = [Move.from_json(m) for m in outcome["moves"]]
        score = compare(read, truth)
        result.add(score, seconds, asked=outcome["outcome"] == "review_needed")
        print(_line(number, outcome, seconds, read, truth, score))
        await settle(game, outcome, score, _pieces_after(script, number))
    return result


async def settle(
    game: Game, outcome: Mapping[str, Any], score: Score, truth: Sequence[Mapping[str, Any]]
) -> None:
    """Do what the players would: accept a right proposal, correct a wrong reading."""
    if not score.exact:
        await game.action("correct", capture_id=outcome["capture_id"], pieces=list(truth))
    elif outcome["outcome"] == "review_needed":
        await game.action("accept" if outcome["moves"] else "reject")


def new_game(script: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of create_game for a script."""
    pieces = [{k: p[k] for k in ("type", "player", "space")} for p in script["start"]]
    return {
        "name": script["title"],
        "game_type": script["profile"],
        "players": script["players"],
        "settings": script["settings"],
        "pieces": pieces,
    }


async def _with_a_hand(camera: Camera, game: Game, number: int) -> None:
    """Capture once with a hand over the board: it must be said, and nothing made of it."""
    await camera.request("POST", "/simulator/hand", {"present": True})
    outcome = await game.press_capture()
    await camera.request("POST", "/simulator/hand", {"present": False})
    flagged = "hand_in_view" in outcome["warnings"]
    print(f"  {number:>4} hand {'seen' if flagged else 'NOT SEEN'}: {outcome['outcome']}")
    if outcome["outcome"] == "review_needed":
        await game.action("reject")


def _pieces_after(script: Mapping[str, Any], steps: int) -> list[dict[str, Any]]:
    """Return the pieces on the board after so many steps of the script."""
    pieces = {p["id"]: p for p in script["start"]}
    for move in _moves(script["steps"][:steps]):
        if move.get("captured"):
            del pieces[move["captured"]]
        if move["to"] is None:
            del pieces[move["piece"]]
        else:
            pieces[move["piece"]] = {**move, "id": move["piece"], "space": move["to"]}
    return [{k: p[k] for k in ("type", "player", "space")} for p in pieces.values()]


def _moves(steps: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for step in steps:
        yield from step["moves"]


def _line(
    number: int,
    outcome: Mapping[str, Any],
    seconds: float,
    read: Sequence[Move],
    truth: Sequence[Move],
    score: Score,
) -> str:
    verdict = "right" if score.exact else "WRONG"
    text = outcome["summary"] or outcome["outcome"].replace("_", " ")
    line = f"  {number:>4} {verdict} {seconds:5.2f} s  {outcome['confidence']:.2f}  {text}"
    if not score.exact:
        line += f"\n       read  {described(read)}\n       truth {described(truth)}"
    if outcome["warnings"]:
        line += f"  [{', '.join(outcome['warnings'])}]"
    return line
