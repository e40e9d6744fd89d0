"""The YAML form of a game profile, read strictly.

``profile.schema.json`` describes the same form for editors; the tests hold both against each other.
"""

from dataclasses import replace
import re
from typing import Final

from ..profile import GameProfile, Notation, StartPiece
from ..rules import DEFAULT_RULES, RULES
from ..yaml_edge import Entry, read
from .areas import read_areas
from .board import MAX_ZONES, read_board
from .course import check_reachable, read_phases, read_rounds, read_turn, read_victory
from .seats import read_players
from .things import read_measures, read_piece_types, read_resources, read_start_pieces
from .values import read_settings, unique

__all__ = ["MAX_ZONES", "parse_profile"]

_REQUIRED: Final = ("id", "name", "players", "board", "phases", "turn", "pieces")
_OPTIONAL: Final = (
    "languages",
    "settings",
    "rounds",
    "resources",
    "start",
    "victory",
    "rules",
    "notation",
    "measures",
    "supply",
    "areas",
)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


def parse_profile(file: str, data: bytes) -> GameProfile:
    """Read a profile.

    Args:
        file: Name for complaints.
        data: The YAML text, UTF-8.

    Returns:
        The profile in its first language, with its translations.

    Raises:
        ProfileError: The first thing that is wrong, with its line and place.
    """
    top = read(file, data)
    languages = _languages(top)
    first, *others = (
        _profile(replace(top, languages=languages, language=language)) for language in languages
    )
    return replace(first, translations={other.language: other for other in others})


def _languages(top: Entry) -> tuple[str, ...]:
    entry = top.mapping(_REQUIRED, _OPTIONAL).get("languages")
    if entry is None:
        return ("en",)
    items = entry.items(1, 20)
    for item in items:
        if not _LANGUAGE.fullmatch(item.text(12)):
            raise item.fault("must be a language tag such as en, de or pt-BR")
    return unique(items, [item.text(12) for item in items])


def _profile(top: Entry) -> GameProfile:
    found = top.mapping(_REQUIRED, _OPTIONAL)
    seats = read_players(found["players"])
    settings = read_settings(found["settings"]) if "settings" in found else {}
    resources = read_resources(found["resources"], seats, settings) if "resources" in found else ()
    layout, layout_settings = read_board(found["board"], settings, resources)
    rounds_entry = found.get("rounds")
    phases, starts_with = read_phases(found["phases"], rounds_entry)
    piece_types = read_piece_types(found["pieces"], layout, settings)
    start_phase = phases[0].id
    start_pieces: tuple[StartPiece, ...] | None = None
    if "start" in found:
        start = found["start"].mapping((), ("phase", "pieces"))
        if "phase" in start:
            start_phase = start["phase"].choice([phase.id for phase in phases])
        if "pieces" in start:
            start_pieces = read_start_pieces(start["pieces"], layout, piece_types, seats)
    check_reachable(found["phases"], phases, start_phase)
    return GameProfile(
        id=found["id"].slug(),
        name=found["name"].name(100),
        min_players=seats.minimum,
        max_players=seats.maximum,
        colors=seats.colors,
        settings=settings,
        layout=layout,
        layout_settings=layout_settings,
        phases=phases,
        start_phase=start_phase,
        turn=read_turn(found["turn"], phases, seats),
        resources=resources,
        piece_types=piece_types,
        start_pieces=start_pieces,
        supply=found["supply"].name(40) if "supply" in found else "supply",
        rounds=read_rounds(rounds_entry, starts_with, settings),
        victory=(
            read_victory(found["victory"], resources, piece_types, layout, settings)
            if "victory" in found
            else None
        ),
        rules=_rules(found["rules"]) if "rules" in found else DEFAULT_RULES,
        notation=(
            Notation(found["notation"].choice([kind.value for kind in Notation]))
            if "notation" in found
            else Notation.WORDS
        ),
        areas=read_areas(found["areas"], seats, resources) if "areas" in found else (),
        measures=read_measures(found.get("measures"), layout),
        language=top.language,
    )


def _rules(entry: Entry) -> tuple[str, ...]:
    items = entry.items(0, len(RULES))
    return unique(items, [item.choice(list(RULES)) for item in items])
