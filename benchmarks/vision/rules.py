"""The pipeline with rules: chess's legal moves as candidates, as the integration sends them.

The one place where both hearts meet: `custom_components/twat/games` and `twat_vision/pipeline`.
"""

from dataclasses import replace
from datetime import UTC, datetime

from custom_components.twat.games.candidates import candidates
from custom_components.twat.games.chess.table import LETTERS
from custom_components.twat.games.model import (
    Board,
    Game,
    GameState,
    GameStatus,
    Move as GameMove,
    MoveKind as GameMoveKind,
    Piece as GamePiece,
    Player as GamePlayer,
    Position,
    StateSource,
)
from custom_components.twat.games.profiles import load_profiles
from twat_vision.evaluation import CellNames, Sequence, Step
from twat_vision.pipeline import analyse
from twat_vision.pipeline.spaces import cell_name
from twat_vision.pipeline.types import (
    AnalysisRequest,
    AnalysisResult,
    Candidate,
    CandidateMove,
    Grid,
    MoveKind,
)

_TYPES = {letter.lower(): type_id for type_id, letter in LETTERS.items()}
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def is_chess(sequence: Sequence) -> bool:
    """Whether a sequence is a game of chess from a known position."""
    pieces = {p.piece for p in (sequence.start or {}).values()}
    return sequence.layout == Grid(8, 8) and "k" in pieces and pieces <= set(_TYPES)


class ChessReader:
    """Reads a sequence's photos with the legal moves of its position as candidates.

    A sequence's board may lie any way round: the rules are asked in chess's own naming, the pipeline in its cells'. To be called
    once for every step, in order.
    """

    def __init__(self, sequence: Sequence) -> None:
        self._names = CellNames.of(sequence, 8, 8)
        self._profile = load_profiles().get("chess")
        self._steps = sequence.steps
        self._next = iter(sequence.steps)

    def __call__(self, request: AnalysisRequest) -> AnalysisResult:
        """Read a request of the evaluation's *game* mode."""
        return analyse(replace(request, candidates=self._candidates(request, next(self._next))))

    def _candidates(self, request: AnalysisRequest, step: Step) -> tuple[Candidate, ...]:
        pieces = tuple(
            GamePiece(
                p.id,
                _TYPES.get(p.type, p.type),
                p.player,
                Position(*p.position),
                self._names.name((int(p.position[0]), int(p.position[1]))).upper(),
            )
            for p in request.pieces or ()
        )
        players = tuple(
            GamePlayer(f"p{p.position}", p.position, p.name, p.color) for p in request.players
        )
        last = self._last_moves(step, players)
        active = request.active_player
        if active is None and last:
            active = next((p.position for p in players if p.position != last[-1].player), None)
        game = Game("game", "Chess", "chess", GameStatus.IN_PROGRESS, _EPOCH, _EPOCH, players)
        state = GameState(
            id="state",
            game_id="game",
            parent_id=None,
            capture_id=None,
            turn=1,
            phase="",
            active_player=active,
            board=Board(pieces),
            resources={},
            detected_changes=last,
            validation_notes=(),
            source=StateSource.MANUAL,
            created_at=_EPOCH,
        )
        return tuple(
            Candidate(tuple(self._move(move) for move in found.moves), found.weight)
            for found in candidates(self._profile, game, state)
        )

    def _last_moves(self, step: Step, players: tuple[GamePlayer, ...]) -> tuple[GameMove, ...]:
        """What led to a step's before photo: the rules must know of a pawn's double step."""
        led = next((s for s in self._steps if s.after == step.before), None)
        seats = {p.color: p.position for p in players}
        return tuple(
            GameMove(
                GameMoveKind.MOVE,
                None,
                _TYPES.get((move.piece or "").lower(), "unknown"),
                seats.get(move.color or ""),
                from_space=move.from_space.upper(),
                to_space=move.to_space.upper(),
            )
            for move in (led.moves if led else ())
            if move.from_space and move.to_space
        )

    def _move(self, move: GameMove) -> CandidateMove:
        return CandidateMove(
            MoveKind(move.kind.value),
            move.piece,
            move.type,
            move.player,
            self._space(move.from_space),
            self._space(move.to_space),
        )

    def _space(self, name: str | None) -> str | None:
        cell = None if name is None else self._names.cell(name)
        return None if cell is None else cell_name(cell, Grid(8, 8))
