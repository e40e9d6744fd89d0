"""The words around a game in drawings and reports, by language."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Captions:
    """Texts of one language."""

    turn: str
    round: str
    player: str
    score: str
    log: str
    scores: str
    time: str
    photo: str
    bookmark: str
    abandoned: str
    by_hand: str
    started: str
    finished: str
    won: str
    nobody: str
    start: str
    duration: str
    players: str
    setup: str
    nothing: str


_ENGLISH: Final = Captions(
    turn="Turn",
    round="Round",
    player="Player",
    score="Score",
    log="Log",
    scores="Scores by round",
    time="Time",
    photo="Photo",
    bookmark="Bookmark",
    abandoned="taken back",
    by_hand="by hand",
    started="Started",
    finished="Finished",
    won="Won",
    nobody="nobody",
    start="Start",
    duration="Time played",
    players="Players",
    setup="Setup photo",
    nothing="nothing changed",
)

_GERMAN: Final = Captions(
    turn="Zug",
    round="Runde",
    player="Spieler",
    score="Punkte",
    log="Verlauf",
    scores="Punkte je Runde",
    time="Zeit",
    photo="Foto",
    bookmark="Lesezeichen",
    abandoned="zurückgenommen",
    by_hand="von Hand",
    started="Begonnen",
    finished="Beendet",
    won="Gewonnen",
    nobody="niemand",
    start="Anfang",
    duration="Spielzeit",
    players="Spieler",
    setup="Foto des Aufbaus",
    nothing="keine Änderung",
)

_LANGUAGES: Final = {"en": _ENGLISH, "de": _GERMAN}


def captions(language: str) -> Captions:
    """Return the texts of a language (BCP 47 tag); English where there are none."""
    return _LANGUAGES.get(language.partition("-")[0], _ENGLISH)
