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
from twat_vision.evaluation import CellNames, Sequence
from twat_vision.pipeline import (
    AnalysisRequest,
    AnalysisResult,
    Candidate,
    CandidateMove,
    Grid,
    MoveKind,
    analyse,
)
from twat_vision.pipeline.spaces import cell_name

_TYPES = {letter.lower(): type_id for type_id, letter in LETTERS.items()}
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def is_chess(sequence: Sequence) -> bool:
    """Whether a sequence is a game of chess from a known position."""
    pieces = {p.piece for p in (sequence.start or {}).values()}
    return sequence.layout == Grid(8, 8) and "k" in pieces and pieces <= set(_TYPES)


class ChessReader:
    """Reads a sequence's photos with the legal moves of its position as candidates.

    A sequence's board may lie any way round: the rules are asked in chess's own naming, the pipeline in its cells'.
    """

    def __init__(self, sequence: Sequence) -> None:
        self._names = CellNames.of(sequence, 8, 8)
        self._profile = load_profiles().get("chess")
        self._before: dict[str, str] = {}

    def __call__(self, request: AnalysisRequest) -> AnalysisResult:
        """Read a request of the evaluation's *game* mode."""
        return analyse(replace(request, candidates=self._candidates(request)))

    def _candidates(self, request: AnalysisRequest) -> tuple[Candidate, ...]:
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
        game = Game("game", "Chess", "chess", GameStatus.IN_PROGRESS, _EPOCH, _EPOCH, players)
        state = GameState(
            id="state",
            game_id="game",
            parent_id=None,
            capture_id=None,
            turn=1,
            phase="",
            active_player=request.active_player,
            board=Board(pieces),
            resources={},
            detected_changes=self._last_moves(pieces),
            validation_notes=(),
            source=StateSource.MANUAL,
            created_at=_EPOCH,
        )
        return tuple(
            Candidate(tuple(self._move(move) for move in found.moves), found.weight)
            for found in candidates(self._profile, game, state)
        )

    def _last_moves(self, pieces: tuple[GamePiece, ...]) -> tuple[GameMove, ...]:
        """What moved since the last request: the rules must know of a pawn's double step."""
        now = {p.id: p.space or "" for p in pieces}
        moved = [p for p in pieces if self._before.get(p.id, p.space) != p.space]
        moves = tuple(
            GameMove(
                GameMoveKind.MOVE,
                p.id,
                p.type,
                p.player,
                from_space=self._before[p.id],
                to_space=p.space,
            )
            for p in moved
        )
        self._before = now
        return moves

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
