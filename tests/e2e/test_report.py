"""A game that TWAT does not ship, from its profile to its report, in a real Home Assistant."""

import asyncio
from pathlib import Path
import shutil

from playwright.async_api import async_playwright
import pytest

from scripts.stage.play import play_script
from scripts.stage.table import stage

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
PROFILE = EXAMPLES / "nine_mens_morris.yaml"
SCRIPT = EXAMPLES / "nine_mens_morris_game.yaml"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))

WIDTHS = {"phone": 360, "tablet": 820, "desktop": 1280}


@pytest.mark.timeout(600)
async def test_a_game_of_ones_own_from_creation_to_report(tmp_path: Path) -> None:
    assert len(PROFILE.read_text().splitlines()) < 60
    cameras = [("morris", ["--backend", "simulated", "--script", str(SCRIPT)])]
    async with stage(tmp_path, cameras, profiles=[PROFILE]) as table:
        played = await play_script(table, table.cameras["morris"])
        assert played.perfect

        client = table.client
        (game,) = (await client.action("twat", "list_games", {}))["games"]
        about = {"game_id": game["id"]}
        note = {"note": "The mill of the game", "bookmark": True}
        await client.action("twat", "annotate", {**about, **note})
        men = {"player": "Alice", "resource": "men_taken", "amount": 1}
        await client.action("twat", "adjust_resource", {**about, **men})
        over = await client.action("twat", "finish_game", about)
        assert [p["name"] for p in over["result"]["players"] if p["won"]] == ["Alice"]
        statistics = await client.action("twat", "get_statistics", {})
        assert statistics["players"][0]["wins"] == 1

        report = await client.action("twat", "export_game", {**about, "format": "html"})
        bundle = await client.action("twat", "export_game", {**about, "format": "zip"})
        before = Path(bundle["path"]).read_bytes()
        await client.act("twat", "delete_game", about)
        back = await client.action("twat", "import_game", {"file": bundle["file"]})
        assert back["game_id"] == game["id"]
        again = await client.action("twat", "export_game", {**about, "format": "zip"})
        assert Path(again["path"]).read_bytes() == before
        page = tmp_path / "report.html"
        await asyncio.to_thread(shutil.copy, report["path"], page)

    await _look_at(page, moves=played.to_json()["moves"])


async def _look_at(report: Path, *, moves: int) -> None:
    """Open the report as it was sent to somebody: without Home Assistant, on any screen."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        for width in WIDTHS.values():
            page = await browser.new_page(viewport={"width": width, "height": 900})
            asked, faults = [], []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.on("console", lambda message, faults=faults: faults.append(message.text))
            page.on("pageerror", lambda error, faults=faults: faults.append(str(error)))
            await page.goto(report.as_uri())
            await page.wait_for_load_state("networkidle")

            elsewhere = [url for url in asked if not url.startswith("data:")]
            assert elsewhere == [report.as_uri()]
            assert faults == []
            photos = page.locator("li img")
            assert await photos.count() >= moves - 1
            assert await photos.evaluate_all("all => all.every(i => i.naturalWidth > 100)")
            assert await page.locator("li svg.board").count() >= moves - 1
            assert await page.get_by_text("The mill of the game").is_visible()
            assert await page.get_by_text("Won: Alice").is_visible()
            overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert await page.evaluate(overflow) <= 0
            await page.close()
        await browser.close()
