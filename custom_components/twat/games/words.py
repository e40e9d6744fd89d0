"""The words of log lines and warnings, by language. What games call things is in their profiles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from .colors import COLORS


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of one language; the placeholders are the same in all of them."""

    colors: Mapping[str, str]
    units: Mapping[str, str]
    piece: str
    colored: str
    owned: str
    takes: str
    moved: str
    turned: str
    clockwise: str
    counterclockwise: str
    arrived: str
    left: str
    passed: str
    is_out: str
    is_back: str
    round: str
    phase: str
    begins: str
    out_of_turn: str
    too_many: str
    too_many_of_nobody: str
    over_capacity: str
    illegal_move: str
    king_in_check: str
    first_player: str
    goal_reached: str
    cannot_afford: str
    requirement_not_met: str
    visited_twice: str
    agents_owned: str
    deployment: str
    deployment_without_combat: str
    maker_not_filled: str
    not_recalled: str
    alliance_shared: str
    alliance_too_low: str
    alliance_due: str
    points_missing: str
    too_far: str
    activated_twice: str
    off_table: str
    out_of_cohesion: str
    unit_count: str
    objective_secured: str
    objective_lost: str


_ENGLISH: Final = Words(
    colors={color: color for color in COLORS},
    units={"in": "in", "mm": "mm"},
    piece="piece",
    colored="{color} {kind}",
    owned="{owner}'s {kind}",
    takes="{piece} takes {taken}",
    moved="moved {distance}",
    turned="turned",
    clockwise="turned {degrees}° clockwise",
    counterclockwise="turned {degrees}° counterclockwise",
    arrived="+{count} {kind} to {space}",
    left="−{count} {kind} from {space}",
    passed="{player} passed",
    is_out="{player} is out of the game",
    is_back="{player} is back in the game",
    round="Round {number}",
    phase="Phase: {phase}",
    begins="{player} begins",
    out_of_turn="{mover} moved, but it is {active}'s turn",
    too_many="{player} has {count} × {kind} on the board, but there are only {limit}",
    too_many_of_nobody="{count} × {kind} on the board, but there are only {limit}",
    over_capacity="{space} holds {limit}, but {count} stand there",
    illegal_move="{move}: not a legal move",
    king_in_check="{move}: leaves the king in check",
    first_player="{player} begins again; the first player should pass on",
    goal_reached="{player} has {count} {resource}: the goal is reached",
    cannot_afford="{player}: {space} costs {count} {resource}, but only {had} were there",
    requirement_not_met="{player}: {space} needs {count} {resource}, but only {had} were there",
    visited_twice="{player} has been to {space} before, which is for once in a game",
    agents_owned="{player} has {count} agents on the board, but only {limit} now",
    deployment="{player} sent {count} troops to the conflict, but only {limit} may go",
    deployment_without_combat="{player} sent {count} troops to the conflict without an agent on a combat space",
    maker_not_filled="{space} has no agent, but got no bonus spice",
    not_recalled="Agents are still on the board: {spaces}",
    alliance_shared="{players} all hold the {alliance}; there is only one",
    alliance_too_low="{player} holds the {alliance} with {count} influence only",
    alliance_due="{player} has the most influence and should hold the {alliance}",
    points_missing="{player} has {count} victory points; influence and alliances alone give {least}",
    too_far="{piece} went {distance} {unit}, but {limit} {unit} is the most",
    activated_twice="{piece} was activated in this round already",
    off_table="{piece} hangs over the edge of the table",
    out_of_cohesion="{piece} stands {distance} {unit} from its leader",
    unit_count="{player} has {count} units on the table, but says {said}",
    objective_secured="{player} secures the objective at {x}, {y}",
    objective_lost="{player} no longer secures the objective at {x}, {y}",
)

_GERMAN: Final = Words(
    colors={
        "white": "weiß",
        "black": "schwarz",
        "red": "rot",
        "green": "grün",
        "blue": "blau",
        "yellow": "gelb",
        "orange": "orange",
        "purple": "lila",
        "pink": "rosa",
        "brown": "braun",
        "grey": "grau",
    },
    units={"in": "Zoll", "mm": "mm"},
    piece="Figur",
    colored="{kind} ({color})",
    owned="{kind} ({owner})",
    takes="{piece} schlägt {taken}",
    moved="zog {distance} weit",
    turned="drehte sich",
    clockwise="drehte sich um {degrees}° im Uhrzeigersinn",
    counterclockwise="drehte sich um {degrees}° gegen den Uhrzeigersinn",
    arrived="+{count} {kind} nach {space}",
    left="−{count} {kind} von {space}",
    passed="{player} hat gepasst",
    is_out="{player} ist ausgeschieden",
    is_back="{player} ist wieder im Spiel",
    round="Runde {number}",
    phase="Phase: {phase}",
    begins="{player} beginnt",
    out_of_turn="{mover} hat gezogen, aber {active} ist an der Reihe",
    too_many="{player} hat {count} × {kind} auf dem Brett, es gibt aber nur {limit}",
    too_many_of_nobody="{count} × {kind} auf dem Brett, es gibt aber nur {limit}",
    over_capacity="{space} fasst {limit}, dort stehen aber {count}",
    illegal_move="{move}: kein erlaubter Zug",
    king_in_check="{move}: lässt den König im Schach",
    first_player="{player} beginnt erneut; der Startspieler sollte wechseln",
    goal_reached="{player} hat {count} {resource}: das Ziel ist erreicht",
    cannot_afford="{player}: {space} kostet {count} {resource}, vorhanden waren nur {had}",
    requirement_not_met="{player}: {space} verlangt {count} {resource}, vorhanden waren nur {had}",
    visited_twice="{player} war schon einmal auf {space}, erlaubt ist es einmal im Spiel",
    agents_owned="{player} hat {count} Agenten auf dem Brett, zurzeit aber nur {limit}",
    deployment="{player} hat {count} Truppen in den Konflikt geschickt, erlaubt sind {limit}",
    deployment_without_combat="{player} hat {count} Truppen ohne Agent auf einem Kampffeld in den Konflikt geschickt",
    maker_not_filled="{space} ist ohne Agent, hat aber kein Spice bekommen",
    not_recalled="Auf dem Brett stehen noch Agenten: {spaces}",
    alliance_shared="{players} halten beide: {alliance}; es gibt nur eines",
    alliance_too_low="{player} hält: {alliance}, mit nur {count} Einfluss",
    alliance_due="{player} hat den meisten Einfluss und müsste halten: {alliance}",
    points_missing="{player} hat {count} Siegpunkte; allein Einfluss und Bündnisse geben {least}",
    too_far="{piece} ging {distance} {unit} weit, höchstens {limit} {unit} sind möglich",
    activated_twice="{piece} wurde in dieser Runde schon aktiviert",
    off_table="{piece} ragt über den Tischrand",
    out_of_cohesion="{piece} steht {distance} {unit} vom Anführer entfernt",
    unit_count="{player} hat {count} Einheiten auf dem Tisch, angegeben sind {said}",
    objective_secured="{player} sichert das Missionsziel bei {x}, {y}",
    objective_lost="{player} sichert das Missionsziel bei {x}, {y} nicht mehr",
)

_LANGUAGES: Final = {"en": _ENGLISH, "de": _GERMAN}


def words(language: str) -> Words:
    """Return the texts of a language (BCP 47 tag); English where there are none."""
    return _LANGUAGES.get(language.partition("-")[0], _ENGLISH)
