"""Games that were played, to be told and kept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from itertools import count
from typing import Any

from PIL import Image
import pytest

from custom_components.twat.games import by_hand, history, log
from custom_components.twat.games.board import apply_moves
from custom_components.twat.games.by_hand import Step, Update
from custom_components.twat.games.clocks import Clock, TurnTime
from custom_components.twat.games.export.story import Story, tell
from custom_components.twat.games.model import (
    AnalysisStatus,
    Annotation,
    Capture,
    GameArchive,
    GameResult,
    GameStatus,
    Move,
    MoveKind,
    PlayerResult,
    Proposal,
)
from custom_components.twat.games.new_game import new_game
from custom_components.twat.games.profile import GameProfile
from custom_components.twat.games.record import Change, GameRecord, apply

AT = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)


def photo(shade: int = 90, width: int = 320, height: int = 240) -> bytes:
    """Make a JPEG with a bright square in its middle."""
    image = Image.new("RGB", (width, height), (shade, shade, shade))
    image.paste((250, 220, 120), (width // 3, height // 3, 2 * width // 3, 2 * height // 3))
    file = BytesIO()
    image.save(file, "JPEG")
    return file.getvalue()


class Playing:
    """Plays a game by the functions that Home Assistant calls, and keeps what they leave."""

    def __init__(self, profile: GameProfile, players: list[dict[str, Any]], **fields: Any) -> None:
        self.profile = profile
        new = new_game(profile, players=players, at=AT, **fields)
        self.record = GameRecord(new.game, {new.state.id: new.state})
        self.journal = [new.journal]
        self.captures: list[Capture] = []
        self.annotations: list[Annotation] = []
        self.photos: dict[str, bytes] = {}
        self._minutes = count(1)

    def now(self) -> datetime:
        return AT + timedelta(minutes=next(self._minutes))

    def do(self, change: Change) -> None:
        self.record = apply(self.record, change)
        self.journal.extend(change.journal)

    def capture(self, notes: str | None = None) -> Capture:
        sequence, at = len(self.captures), self.now()
        data = photo(60 + sequence * 3)
        for kind in ("cap", "thumb"):
            self.photos[f"{kind}_{sequence:04d}_{at:%Y%m%dT%H%M%SZ}.jpg"] = data
        taken = Capture(
            id=f"{sequence:032x}",
            game_id=self.record.game.id,
            sequence=sequence,
            captured_at=at,
            image_sha256=sha256(data).hexdigest(),
            analysis_status=AnalysisStatus.COMPLETED,
            analysis_results={"warnings": [], "confidence": 0.97},
            notes=notes,
        )
        self.captures.append(taken)
        return taken

    def move(self, *ends: tuple[str | None, str | None], **fields: Any) -> None:
        """Photograph moves and accept them."""
        notes = fields.pop("notes", None)
        capture, record = self.capture(notes), self.record
        moves = [
            Move(
                MoveKind.PLACE if a is None else MoveKind.REMOVE if b is None else MoveKind.MOVE,
                None,
                fields.get("type"),
                fields.get("player"),
                a,
                b,
            )
            for a, b in ends
        ]
        layout = self.profile.layout_for(record.game.settings)
        applied = apply_moves(record.head.board, layout, moves)
        assert not applied.problems, applied.problems
        proposal = Proposal(
            game_id=record.game.id,
            capture_id=capture.id,
            base_state_id=record.head.id,
            moves=applied.moves,
            board=applied.board,
            confidence=0.97,
            warnings=(),
            questions=(),
            summary="moved",
            regions=(),
            acceptable=True,
            setup=False,
            created_at=capture.captured_at,
        )
        at = capture.captured_at
        self.do(log.propose(self.record, proposal, by=None, at=at))
        self.do(log.accept(self.record, self.profile, by=None, at=at))

    def undo(self) -> None:
        self.do(history.undo(self.record, by="bob", at=self.now()))

    def step(self, step: Step) -> None:
        self.do(by_hand.advance(self.record, self.profile, step, by="bob", at=self.now()))

    def update(self, **fields: Any) -> None:
        update = Update(**fields)
        self.do(by_hand.update_state(self.record, self.profile, update, by="al", at=self.now()))

    def annotate(self, note: str | None, *, bookmark: bool = False) -> None:
        state = self.record.head.id
        self.annotations.append(Annotation(state, note, bookmark, "alice", self.now()))

    def finish(self, *winners: int, scores: dict[int, int] | None = None) -> None:
        at = self.now()
        self.do(
            by_hand.finish(
                self.record, status=GameStatus.COMPLETED, winners=winners, by="al", at=at
            )
        )
        game, head = self.record.game, self.record.head
        self.result = GameResult(
            game_id=game.id,
            name=game.name,
            game_type=game.game_type,
            started_at=AT,
            finished_at=at,
            seconds=600.0,
            turns=head.turn,
            rounds=head.round,
            players=tuple(
                PlayerResult(
                    name=player.name,
                    position=player.position,
                    color=player.color,
                    won=player.position in winners,
                    score=(scores or {}).get(player.position),
                    seconds=300.0,
                    turns=3,
                    tags={"leader": "Paul"},
                )
                for player in game.players
            ),
        )

    result: GameResult | None = None

    @property
    def archive(self) -> GameArchive:
        return GameArchive(
            game=self.record.game,
            states=tuple(self.record.states.values()),
            captures=tuple(self.captures),
            proposal=self.record.proposal,
            journal=tuple(self.journal),
            annotations=tuple(self.annotations),
            result=self.result,
        )

    def story(self, language: str = "en") -> Story:
        clock = Clock(True, AT, 3, 1, 754.0, {1: 400.0, 2: 354.0}, (TurnTime(1, 1, 400.0),))
        return tell(self.archive, self.profile.in_language(language), clock)


@pytest.fixture
def chess(profile: Callable[[str], GameProfile]) -> Playing:
    """Scholar's mate, with a detour."""
    players = [{"name": "Alice", "color": "white"}, {"name": "Bob", "color": "black"}]
    playing = Playing(profile("chess"), players, name="Friday night")
    playing.move(("E2", "E4"))
    playing.move(("E7", "E5"), notes="A classic")
    playing.move(("B1", "C3"))
    playing.undo()
    playing.move(("D1", "H5"))
    playing.annotate("Too early!\nOr so they say", bookmark=True)
    playing.move(("B8", "C6"))
    playing.move(("F1", "C4"))
    playing.move(("G8", "F6"))
    playing.move(("H5", "F7"))
    playing.finish(1)
    return playing


@pytest.fixture
def dune(profile: Callable[[str], GameProfile]) -> Playing:
    """Three rounds of Dune among three, not over yet."""
    players = [
        {"name": "Alice", "color": "red"},
        {"name": "Bob <b>", "color": "blue"},
        {"name": "Carol", "color": "green"},
    ]
    playing = Playing(profile("dune_imperium"), players, name="Spice & sand <3")
    playing.move((None, "arrakeen"), type="agent", player=1)
    playing.update(resources={"player_1": {"spice": 2}})
    playing.move((None, "conspire"), type="agent", player=2, notes="=cmd|' /C calc'!A0")
    for number in (2, 3):
        points = {f"player_{n}": {"victory_points": n * number} for n in (1, 2, 3)}
        playing.update(round=number, resources=points)
    playing.annotate(None, bookmark=True)
    return playing


@pytest.fixture
def read_thumbnail() -> Callable[[Capture], bytes | None]:
    return lambda capture: photo(60 + capture.sequence) if capture.sequence != 2 else None
