"""What people and other programs read of a game."""

from collections.abc import Callable
import csv
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO, StringIO
import re

from PIL import Image
import pytest

from custom_components.twat.games.errors import GameError
from custom_components.twat.games.export import timelapse
from custom_components.twat.games.export.chart import draw_scores
from custom_components.twat.games.export.markdown import write_markdown
from custom_components.twat.games.export.pgn import write_pgn
from custom_components.twat.games.export.report import write_report
from custom_components.twat.games.export.story import span
from custom_components.twat.games.export.tables import write_log, write_scores
from custom_components.twat.games.export.timelapse import Frame, thinned, write_timelapse
from custom_components.twat.games.model import Capture
from custom_components.twat.games.profile import GameProfile

from .conftest import Playing, photo

type Thumbnails = Callable[[Capture], bytes | None]


# The story


def test_every_state_has_an_entry_and_what_was_taken_back_is_marked(chess: Playing) -> None:
    entries = chess.story().entries

    assert len(entries) == len(chess.record.states)
    assert entries[0].lines == ("Start",)
    assert [entry.number for entry in entries if not entry.played] == [3]
    assert entries[2].note == "A classic"
    assert (entries[4].note, entries[4].bookmark) == ("Too early!\nOr so they say", True)
    assert entries[1].player.name == "Alice"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (754, "12:34"), (3723, "1:02:03")]
)
def test_spans(seconds: float, text: str) -> None:
    assert span(seconds) == text


# Report


class Page(HTMLParser):
    """Collects what a page would load, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [
            v or "" for k, v in attrs if k in ("src", "href", "srcset", "data", "poster")
        ]


def test_the_report_needs_nothing_from_anywhere(dune: Playing, read_thumbnail: Thumbnails) -> None:
    html = write_report(dune.story(), read_thumbnail)
    page = Page(html)

    assert page.links
    assert all(link.startswith(("data:", "#")) for link in page.links)
    assert "script" not in page.tags
    assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)", html)
    assert "default-src 'none'" in html


def test_the_report_tells_everything(chess: Playing, read_thumbnail: Thumbnails) -> None:
    html = write_report(chess.story(), read_thumbnail)
    page = Page(html)

    assert page.tags.count("img") == len(chess.captures) - 1  # one photo is gone
    assert page.tags.count("li") == len(chess.record.states)
    assert html.count('class="back"') == 1
    assert "Won: Alice" in html
    assert "Too early!\nOr so they say" in html
    assert "★ Bookmark" in html
    assert "12:34" in html
    assert page.tags.count("symbol") == 1


def test_names_do_no_harm_in_a_report(dune: Playing, read_thumbnail: Thumbnails) -> None:
    html = write_report(dune.story(), read_thumbnail)
    assert "<b>" not in html
    assert "Spice &amp; sand &lt;3" in html
    assert 'class="chart"' in html


def test_a_report_in_german(dune: Playing, read_thumbnail: Thumbnails) -> None:
    html = write_report(dune.story("de"), read_thumbnail)
    assert '<html lang="de">' in html
    assert "Verlauf" in html


def test_a_draw_has_no_winner(chess: Playing, read_thumbnail: Thumbnails) -> None:
    chess.result = replace(
        chess.result, players=tuple(replace(p, won=False) for p in chess.result.players)
    )
    assert "Won: nobody" in write_report(chess.story(), read_thumbnail)


def test_a_chart_needs_two_rounds(chess: Playing, dune: Playing) -> None:
    assert draw_scores(chess.story()) == ""
    chart = draw_scores(dune.story())
    assert chart.count("c-line") == 3
    assert "Carol 9" in chart


# Markdown and CSV


def test_markdown(dune: Playing, chess: Playing) -> None:
    text = write_markdown(dune.story())
    assert text.startswith("# Spice & sand \\<3\n")
    assert "| 3 | 3 | 6 | 9 |" in text
    assert "Bob \\<b\\>" in text
    chess_text = write_markdown(chess.story())
    assert chess_text.count("~~") == 2
    assert "**Won: Alice**" in chess_text
    assert "  > Too early!\n  > Or so they say\n" in chess_text
    assert "🔖" in chess_text


def test_the_log_as_csv(chess: Playing) -> None:
    text = write_log(chess.story())
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows[1]["player"] == "Alice"
    assert rows[1]["capture"] == "0"
    assert [row["entry"] for row in rows if row["played"] == "0"] == ["3"]
    (noted,) = [row for row in rows if row["bookmark"] == "1"]
    assert noted["note"] == "Too early!\nOr so they say"


def test_a_cell_is_never_a_formula(dune: Playing) -> None:
    assert ",'=cmd" in write_log(dune.story())


def test_scores_as_csv(dune: Playing) -> None:
    rows = list(csv.reader(StringIO(write_scores(dune.story()).removeprefix("\ufeff"))))
    assert rows[0] == ["round", "Alice", "Bob <b>", "Carol"]
    assert rows[-1] == ["3", "3", "6", "9"]


# PGN


def test_pgn(chess: Playing) -> None:
    text = write_pgn(chess.story())

    assert '[White "Alice"]\n[Black "Bob"]\n[Result "1-0"]\n\n' in text
    moves = text.split("\n\n", 1)[1].split()
    assert " ".join(moves) == "1. e4 e5 2. Qh5 Nc6 3. Bc4 Nf6 4. Qxf7# 1-0"


def test_pgn_knows_castling_and_captures(chess: Playing) -> None:
    playing = Playing(
        chess.profile, [{"name": "A", "color": "white"}, {"name": "B", "color": "black"}], name="C"
    )
    for ends in (
        [("E2", "E4")],
        [("E7", "E5")],
        [("G1", "F3")],
        [("B8", "C6")],
        [("F1", "C4")],
        [("F8", "C5")],
        [("E1", "G1"), ("H1", "F1")],
        [("C5", "F2")],
    ):
        playing.move(*ends)
    moves = write_pgn(playing.story()).split("\n\n", 1)[1]
    assert moves == "1. e4 e5 2. Nf3 Nc6 3. Bc4 Bc5 4. O-O Bxf2+ *\n"


def test_pgn_of_a_game_that_goes_on_or_was_drawn(chess: Playing) -> None:
    result, chess.result = chess.result, None
    assert write_pgn(chess.story()).endswith("*\n")
    chess.result = replace(result, players=tuple(replace(p, won=True) for p in result.players))
    assert write_pgn(chess.story()).endswith("1/2-1/2\n")
    chess.result = replace(result, players=tuple(replace(p, won=not p.won) for p in result.players))
    assert write_pgn(chess.story()).endswith("0-1\n")


def test_names_in_pgn_are_quoted(chess: Playing) -> None:
    chess.record = replace(chess.record, game=replace(chess.record.game, name='The "big"\n\\one'))
    assert '[Event "The \\"big\\" \\\\one"]' in write_pgn(chess.story())


def test_what_is_no_chess_has_no_pgn(dune: Playing, chess: Playing) -> None:
    with pytest.raises(GameError) as err:
        write_pgn(dune.story())
    assert err.value.key == "no_pgn"
    chess.move(("A1", "A5"))  # through a pawn
    with pytest.raises(GameError):
        write_pgn(chess.story())
    players = [{"name": "A", "color": "white"}, {"name": "B", "color": "black"}]
    kings = [
        {"type": "king", "player": 1, "space": "E1"},
        {"type": "king", "player": 2, "space": "E8"},
    ]
    with pytest.raises(GameError):
        write_pgn(Playing(chess.profile, players, name="Endgame", pieces=kings).story())


# Film


CORNERS = ((1 / 3, 1 / 3), (2 / 3, 1 / 3), (2 / 3, 2 / 3), (1 / 3, 2 / 3))


def test_a_film_shows_the_board_straight_with_captions() -> None:
    frames = [Frame(photo(40), "White pawn: E2 → E4"), Frame(photo(200), "x" * 500)]

    film = Image.open(BytesIO(write_timelapse(frames, CORNERS, 2.0, seconds=0.5)))

    assert (film.format, film.n_frames) == ("WEBP", 2)
    assert film.size == (timelapse.LONGER_SIDE, timelapse.LONGER_SIDE // 2 + 56)
    red, _, blue = film.convert("RGB").getpixel((5, 5))
    assert red > 200  # the square fills the board
    assert blue < 160
    caption = film.convert("L").crop((0, film.height - 56, film.width, film.height))
    assert max(caption.tobytes()) > 200
    film.seek(1)
    film.load()
    assert film.info["duration"] == 1500


def test_without_corners_the_whole_photo_is_shown() -> None:
    film = Image.open(BytesIO(write_timelapse([Frame(photo(40), "")], None, 0.5)))
    assert film.size == (320, 640 + 56)
    assert film.convert("RGB").getpixel((160, 320))[0] > 200


def test_a_slanted_board_is_made_straight() -> None:
    # Corners of a trapezium map to the corners of the picture.
    corners = ((0.3, 0.2), (0.7, 0.2), (0.9, 0.9), (0.1, 0.9))
    coefficients = timelapse._perspective([(x * 100, y * 100) for x, y in corners], (50, 40))
    a, b, c, d, e, f, g, h = coefficients
    for (x, y), (u, v) in zip(corners, ((0, 0), (50, 0), (50, 40), (0, 40)), strict=True):
        scale = g * u + h * v + 1
        assert (a * u + b * v + c) / scale == pytest.approx(x * 100)
        assert (d * u + e * v + f) / scale == pytest.approx(y * 100)


def test_a_film_needs_a_picture() -> None:
    with pytest.raises(ValueError, match="needs a picture"):
        write_timelapse([], None)


def test_long_games_are_thinned_from_first_to_last() -> None:
    assert thinned([1, 2, 3]) == [1, 2, 3]
    chosen = thinned(list(range(1000)))
    assert (len(chosen), chosen[0], chosen[-1]) == (timelapse.MOST_FRAMES, 0, 999)


def test_a_profile_in_another_language_tells_in_it(
    chess: Playing, profile: Callable[[str], GameProfile]
) -> None:
    assert chess.story("de").entries[0].lines == ("Anfang",)
