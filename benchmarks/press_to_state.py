"""From the press of the capture button to the state in Home Assistant, and where the time goes.

Measured from outside, over Home Assistant's WebSocket as a dashboard would see it: simulated
camera at 4k, real services on loopback, no VLM. Twenty presses.
"""

from collections import defaultdict
from pathlib import Path
import statistics
import tempfile
import time
from typing import Any

from scripts.stage.play import new_game
from scripts.stage.table import OUTCOMES, Camera, Game, Stage, stage

PRESSES = 20
MOMENTS = ("photo stored", "queued", "aligning", "comparing", "naming", "done", "state")


async def run() -> None:
    """Press twenty times and print the medians."""
    with tempfile.TemporaryDirectory(prefix="twat-bench-") as work:
        cameras = [("grid", ["--backend", "simulated", "--script", "grid"])]
        async with stage(Path(work), cameras) as table:
            await _measure(table, table.cameras["grid"])


async def _measure(table: Stage, camera: Camera) -> None:
    script = await camera.request("GET", "/simulator")
    calibration = {"game_type": script["profile"], "settings": script["settings"]}
    await table.client.action("twat", "calibrate_board", {"table": camera.table, **calibration})
    spans: dict[str, list[float]] = defaultdict(list)
    totals: list[float] = []
    step = len(script["steps"])
    while len(totals) < PRESSES:
        if step == len(script["steps"]):
            await camera.request("POST", "/simulator/reset")
            game = await table.create_game(camera, new_game(script))
            await game.press_capture()
            step = 0
        await camera.request("POST", "/simulator/advance", {"steps": 1})
        step += 1
        moments = await _press(game)
        totals.append(moments["state"])
        before = 0.0
        for name in MOMENTS:
            if name in moments:
                spans[name].append(max(0.0, moments[name] - before))
                before = max(before, moments[name])
        waiting = (await game.action("get_state"))["proposal"]
        if waiting is not None:
            await game.action("accept")
    _report(totals, spans)


async def _press(game: Game) -> dict[str, float]:
    """Press, and return the seconds after which each moment was seen."""
    moments: dict[str, float] = {}

    def seen(event: dict[str, Any]) -> bool:
        data = event["data"]
        elapsed = time.perf_counter() - started
        if event["event_type"] == "state_changed" and data["new_state"]:
            if data["entity_id"] == game.entities["image.latest"]:
                moments.setdefault("photo stored", elapsed)
            if data["entity_id"] == game.entities["binary_sensor.analysing"]:
                moments.setdefault(data["new_state"]["attributes"].get("stage") or "", elapsed)
        if event["event_type"] in OUTCOMES and data["game_id"] == game.id:
            moments["state"] = elapsed
            return True
        return False

    async with game.client.listen() as listener:
        await listener.command("subscribe_events")
        started = time.perf_counter()
        await game.client.press(game.entities["button.capture"])
        await listener.event(seen)
    return moments


def _report(totals: list[float], spans: dict[str, list[float]]) -> None:
    median = statistics.median(totals)
    print(f"Press to state, simulated camera at 4k, no VLM: median of {len(totals)}")
    print(f"  {'until':<14}{'ms':>7}  share")
    for name in MOMENTS:
        if spans[name]:
            share = statistics.median(spans[name])
            print(f"  {name:<14}{share * 1000:7.0f}  {share / median:5.0%}")
    print(f"  {'press → state':<14}{median * 1000:7.0f}  (slowest {max(totals) * 1000:.0f})")
