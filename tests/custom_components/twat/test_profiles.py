"""Players' own game profiles: copied, changed and read again without a restart."""

from pathlib import Path

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest

PLAYERS = [{"name": "Alice", "color": "white"}, {"name": "Bob", "color": "blue"}]


async def call(hass, action: str, /, **data):
    return await hass.services.async_call("twat", action, data, blocking=True, return_response=True)


@pytest.fixture
def folder(hass) -> Path:
    return Path(hass.config.path("twat", "profiles"))


@pytest.fixture
async def copied(hass, add_entry, folder) -> Path:
    """A hub without a vision service, and a copy of the board of cells."""
    await add_entry("hub", None)
    answer = await call(hass, "copy_profile", game_type="generic_grid", id="my_game")
    return Path(answer["file"])


async def game_of(hass, game_type: str):
    created = await call(hass, "create_game", name="Friday", game_type=game_type, players=PLAYERS)
    await hass.async_block_till_done()
    return created["game_id"]


async def phase_of(hass, game_id: str) -> str:
    (entity,) = (
        state
        for state in hass.states.async_all("sensor")
        if state.attributes.get("phase_id") == "play"
    )
    return entity.state


async def test_a_copy_can_be_played_at_once(hass, copied, folder) -> None:
    assert copied == folder / "my_game.yaml"
    assert (folder / "profile.schema.json").is_file()
    assert copied.read_text().startswith("# yaml-language-server: $schema=profile.schema.json\n")
    reloaded = await call(hass, "reload_profiles")
    assert "my_game" in reloaded["profiles"]

    assert await game_of(hass, "my_game")


async def test_a_change_is_seen_in_games_that_are_played(hass, copied) -> None:
    game_id = await game_of(hass, "my_game")
    assert await phase_of(hass, game_id) == "Play"

    copied.write_text(copied.read_text().replace("en: Play,", "en: Placing,"))
    await call(hass, "reload_profiles")
    await hass.async_block_till_done()

    assert await phase_of(hass, game_id) == "Placing"


async def test_a_mistake_is_a_repair_and_the_game_goes_on(hass, copied) -> None:
    game_id = await game_of(hass, "my_game")
    whole = copied.read_text()

    copied.write_text(whole.replace("turn:", "trun:"))
    await call(hass, "reload_profiles")

    issue = ir.async_get(hass).async_get_issue("twat", "profile_my_game.yaml")
    assert issue is not None
    assert issue.translation_placeholders["path"] == "trun"
    assert int(issue.translation_placeholders["line"]) > 1
    assert await phase_of(hass, game_id) == "Play"
    with pytest.raises(ServiceValidationError, match="no game type my_game"):
        await game_of(hass, "my_game")
    copied.write_text(whole)
    await call(hass, "reload_profiles")
    assert ir.async_get(hass).async_get_issue("twat", "profile_my_game.yaml") is None


async def test_a_game_comes_back_with_its_profile(hass, copied) -> None:
    game_id = await game_of(hass, "my_game")
    (entry,) = hass.config_entries.async_entries("twat")
    aside = copied.rename(copied.with_suffix(".off"))
    await hass.config_entries.async_reload(entry.entry_id)
    assert game_id not in entry.runtime_data.games

    aside.rename(copied)
    await call(hass, "reload_profiles")

    assert game_id in entry.runtime_data.games
    assert ir.async_get(hass).async_get_issue("twat", f"game_{game_id}") is None


async def test_names_are_in_home_assistants_language(hass, add_entry) -> None:
    hass.config.language = "de"
    entry = await add_entry("hub", None)

    assert entry.runtime_data.profile("chess").name == "Schach"


@pytest.mark.parametrize(
    ("game_type", "new_id", "reason"),
    [
        ("solitaire", "mine", "no game type solitaire"),
        ("chess", "My Game", "not My Game"),
        ("chess", "../mine", "not ../mine"),
        ("chess", "go", "profile go already"),
        ("chess", "my_game", "profile my_game already"),
    ],
)
async def test_what_cannot_be_copied_is_said(
    hass, copied, folder, game_type: str, new_id: str, reason: str
) -> None:
    before = sorted(folder.iterdir())

    with pytest.raises(ServiceValidationError, match=reason):
        await call(hass, "copy_profile", game_type=game_type, id=new_id)

    assert sorted(folder.iterdir()) == before


async def test_a_folder_that_cannot_be_written_to_is_said(hass, add_entry, folder) -> None:
    await add_entry("hub", None)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("not a folder")

    with pytest.raises(HomeAssistantError, match="profiles"):
        await call(hass, "copy_profile", game_type="chess", id="mine")
