"""What the vision service is made to say where a photo cannot make it."""

from unittest.mock import patch

import pytest

from custom_components.twat.clients.vision import BoardSuggestion, VisionClient


@pytest.fixture
def found_board():
    """The vision service finds the board in any photo, fairly sure."""
    corners = ((0.2, 0.1), (0.8, 0.1), (0.8, 0.9), (0.2, 0.9))
    suggestion = BoardSuggestion(corners, 0.93, "grid", ())
    with patch.object(VisionClient, "detect_board", return_value=suggestion):
        yield suggestion


@pytest.fixture
def no_board():
    """The vision service finds no board."""
    suggestion = BoardSuggestion(None, 0.0, "none", ())
    with patch.object(VisionClient, "detect_board", return_value=suggestion):
        yield suggestion


@pytest.fixture
async def own_game(add_entry, own_vision, scripted_table, until, create_game):
    """A game whose vision service may be stopped."""
    hub = await add_entry("hub", own_vision, subentries_data=[scripted_table])
    link = hub.runtime_data.link
    await until(lambda: link.available, link)
    game = await create_game(hub)
    assert (await game.capture())["outcome"] == "setup_captured"
    return game
