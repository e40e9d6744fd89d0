"""A game's story as its players read it: one entry a state, in the game's own words."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..captions import Captions, captions
from ..clocks import Clock
from ..history import line_to
from ..model import Capture, Game, GameArchive, GameState, Player, StateSource
from ..notation import describe_step
from ..profile import GameProfile
from ..scoring import RoundScore, Standing, score_table, standings


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log.

    Attributes:
        number: Counted from 0, in order of acceptance.
        state: The state it is about.
        lines: What happened, one line a change; never empty.
        player: Who was to move before it happened.
        capture: The photo the state was read from, if any.
        note: The players' words on it, or None.
        bookmark: Marked to be found again.
        played: It is on the line from the beginning to the head. What is not was taken back, and
            is shown greyed.
    """

    number: int
    state: GameState
    lines: tuple[str, ...]
    player: Player | None
    capture: Capture | None
    note: str | None
    bookmark: bool
    played: bool

    @property
    def by_hand(self) -> bool:
        """Whether players said so, and no photo."""
        return self.state.source is StateSource.MANUAL


@dataclass(frozen=True, slots=True)
class Story:
    """A game, ready to be told.

    Attributes:
        archive: Everything that is kept of it.
        profile: The game's, in the language of the story.
        clock: As it stands.
        entries: All states, also abandoned ones, in order of acceptance.
        line: The states from the beginning to the head.
        scores: Round by round; empty where the game is not scored.
        standings: From the first to the last; empty where the game is not scored.
    """

    archive: GameArchive
    profile: GameProfile
    clock: Clock
    entries: tuple[Entry, ...]
    line: tuple[GameState, ...]
    scores: tuple[RoundScore, ...]
    standings: tuple[Standing, ...]

    @property
    def game(self) -> Game:
        """The game with its players."""
        return self.archive.game

    @property
    def winners(self) -> tuple[str, ...]:
        """Names of those who won; empty while it is not over."""
        result = self.archive.result
        return () if result is None else tuple(p.name for p in result.players if p.won)


def tell(archive: GameArchive, profile: GameProfile, clock: Clock) -> Story:
    """Return a game's story.

    Args:
        archive: The game.
        profile: Its profile, in the language that is wanted.
        clock: As it stands.
    """
    states = {state.id: state for state in archive.states}
    line = line_to(states, archive.game.head_id or "")
    return Story(
        archive=archive,
        profile=profile,
        clock=clock,
        entries=_entries(archive, profile, line),
        line=line,
        scores=score_table(profile, archive.game, line),
        standings=standings(profile, archive.game, archive.head),
    )


def _entries(
    archive: GameArchive, profile: GameProfile, line: Sequence[GameState]
) -> tuple[Entry, ...]:
    states = {state.id: state for state in archive.states}
    captures = {capture.id: capture for capture in archive.captures}
    annotations = {annotation.state_id: annotation for annotation in archive.annotations}
    words = captions(profile.language)
    played = {state.id for state in line}
    entries = []
    for number, state in enumerate(archive.states):
        before = states.get(state.parent_id or "")
        lines = () if before is None else describe_step(before, state, archive.game, profile)
        capture = captures.get(state.capture_id or "")
        remark = annotations.get(state.id)
        notes = (
            None if remark is None else remark.note,
            None if capture is None else capture.notes,
        )
        entries.append(
            Entry(
                number=number,
                state=state,
                lines=lines or (_no_change(before, state, words),),
                player=archive.game.player(before.active_player if before else None),
                capture=capture,
                note="\n".join(filter(None, notes)) or None,
                bookmark=bool(remark and remark.bookmark) or bool(capture and capture.bookmark),
                played=state.id in played,
            )
        )
    return tuple(entries)


def _no_change(before: GameState | None, state: GameState, words: Captions) -> str:
    """Return what a state is called in which nothing is different."""
    if before is None:
        return words.start
    first_photo = before.parent_id is None and state.capture_id is not None
    return words.setup if first_photo else words.nothing


def span(seconds: float) -> str:
    """Return a time span as ``1:02:03``, or ``2:03`` below an hour."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
