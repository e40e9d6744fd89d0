"""Rules of any game: whose turn it is, how many pieces there are, how many a space holds."""

from collections import Counter
from collections.abc import Iterator

from ..layout import Grid, Zones
from ..model import MoveKind
from ..words import words
from .situation import RuleWarning, Severity, Situation


def color_out_of_turn(step: Situation) -> Iterator[RuleWarning]:
    """Somebody moved who was not to move. After a forgotten photo the others' moves are in it too."""
    active = step.before.active_player
    if active is None or not step.profile.turn.ends_with_move(step.before.phase):
        return
    movers = {move.player for move in step.moves if move.kind is not MoveKind.REMOVE}
    if movers and active not in movers:
        for mover in sorted(position for position in movers if position is not None):
            say = words(step.profile.language).out_of_turn
            text = say.format(mover=step.name(mover), active=step.name(active))
            yield RuleWarning("color_out_of_turn", Severity.WARNING, text, (mover, active))


def more_than_exist(step: Situation) -> Iterator[RuleWarning]:
    """More pieces of a kind stand on the board than a player (or nobody) has."""
    counts = Counter((piece.player, piece.type) for piece in step.after.board.pieces)
    known = Counter((piece.player, piece.type) for piece in step.before.board.pieces)
    limits = {kind.id: kind for kind in step.profile.piece_types}
    for (player, type_id), count in counts.items():
        kind = limits.get(type_id)
        grown = count > known[player, type_id]
        if kind is None or kind.count is None or count <= kind.count or not grown:
            continue
        say = words(step.profile.language)
        template = say.too_many if player is not None else say.too_many_of_nobody
        text = template.format(
            player=step.name(player), count=count, kind=kind.name, limit=kind.count
        )
        players = () if player is None else (player,)
        yield RuleWarning("more_than_exist", Severity.WARNING, text, players)


def space_over_capacity(step: Situation) -> Iterator[RuleWarning]:
    """More pieces stand on a space than it holds."""
    layout = step.layout
    arrived = {move.to_space for move in step.moves}
    counts = Counter(piece.space for piece in step.after.board.pieces)
    for space, count in counts.items():
        if space is None or space not in arrived:
            continue
        holds = layout.holds if isinstance(layout, Grid) else None
        if isinstance(layout, Zones):
            holds = next((zone.holds for zone in layout.zones if zone.id == space), None)
        if holds is not None and count > holds:
            say = words(step.profile.language).over_capacity
            text = say.format(space=layout.name(space), count=count, limit=holds)
            players = tuple(sorted({p.player for p in step.after.board.at(space) if p.player}))
            yield RuleWarning("space_over_capacity", Severity.WARNING, text, players, (space,))
