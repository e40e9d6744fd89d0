"""Rows to values and back."""

from ..games.model import (
    AnalysisStatus,
    Annotation,
    Board,
    Capture,
    CaptureFailure,
    Game,
    GameResult,
    GameState,
    GameStatus,
    JournalEntry,
    JournalKind,
    Move,
    Player,
    Proposal,
    StateSource,
)
from .schema import (
    AnnotationRow,
    CaptureRow,
    GameRow,
    JournalRow,
    PlayerRow,
    ProposalRow,
    ResultRow,
    StateRow,
)


def game_row(game: Game, head: GameState) -> GameRow:
    """Return the row of a new game whose head is a state."""
    row = GameRow(
        id=game.id,
        name=game.name,
        game_type=game.game_type,
        status=game.status.value,
        created_at=game.created_at,
        updated_at=game.updated_at,
        pinned=game.pinned,
        table_id=game.table,
        settings=game.settings,
        remarks=game.metadata,
        tip_id=game.tip_id or head.id,
        players=[
            PlayerRow(
                id=player.id,
                game_id=game.id,
                position=player.position,
                name=player.name,
                color=player.color,
            )
            for player in game.players
        ],
    )
    set_head(row, head)
    return row


def set_head(row: GameRow, head: GameState) -> None:
    """Make a state the head of a game."""
    row.head_id = head.id
    row.current_turn = head.turn
    row.current_phase = head.phase
    row.active_player = head.active_player


def game(row: GameRow) -> Game:
    """Return the game of a row."""
    return Game(
        id=row.id,
        name=row.name,
        game_type=row.game_type,
        status=GameStatus(row.status),
        created_at=row.created_at,
        updated_at=row.updated_at,
        players=tuple(
            Player(player.id, player.position, player.name, player.color) for player in row.players
        ),
        head_id=row.head_id,
        tip_id=row.tip_id,
        current_turn=row.current_turn,
        current_phase=row.current_phase,
        active_player=row.active_player,
        pinned=row.pinned,
        table=row.table_id,
        settings=dict(row.settings),
        metadata=dict(row.remarks),
    )


def capture_row(capture: Capture) -> CaptureRow:
    """Return the row of a capture."""
    return CaptureRow(
        id=capture.id,
        game_id=capture.game_id,
        sequence=capture.sequence,
        captured_at=capture.captured_at,
        triggered_by=capture.triggered_by,
        image=capture.image,
        thumbnail=capture.thumbnail,
        overlay=capture.overlay,
        image_sha256=capture.image_sha256,
        analysis_status=capture.analysis_status.value,
        analysis_results=capture.analysis_results,
        job_id=capture.job_id,
        notes=capture.notes,
        bookmark=capture.bookmark,
        error=None if capture.error is None else capture.error.to_json(),
    )


def capture(row: CaptureRow) -> Capture:
    """Return the capture of a row."""
    return Capture(
        id=row.id,
        game_id=row.game_id,
        sequence=row.sequence,
        captured_at=row.captured_at,
        triggered_by=row.triggered_by,
        image=row.image,
        thumbnail=row.thumbnail,
        overlay=row.overlay,
        image_sha256=row.image_sha256,
        analysis_status=AnalysisStatus(row.analysis_status),
        analysis_results=row.analysis_results,
        job_id=row.job_id,
        notes=row.notes,
        bookmark=row.bookmark,
        error=None if row.error is None else CaptureFailure.from_json(row.error),
    )


def state_row(state: GameState, number: int) -> StateRow:
    """Return the row of a new state, the game's so-and-so-manieth."""
    return StateRow(
        id=state.id,
        game_id=state.game_id,
        number=number,
        parent_id=state.parent_id,
        capture_id=state.capture_id,
        turn=state.turn,
        phase=state.phase,
        active_player=state.active_player,
        board=state.board.to_json(),
        resources={key: dict(values) for key, values in state.resources.items()},
        detected_changes=[move.to_json() for move in state.detected_changes],
        validation_notes=list(state.validation_notes),
        source=state.source.value,
        created_at=state.created_at,
        round=state.round,
        first_player=state.first_player,
        passed=list(state.passed),
        eliminated=list(state.eliminated),
    )


def state(row: StateRow) -> GameState:
    """Return the state of a row."""
    return GameState(
        id=row.id,
        game_id=row.game_id,
        parent_id=row.parent_id,
        capture_id=row.capture_id,
        turn=row.turn,
        phase=row.phase,
        active_player=row.active_player,
        board=Board.from_json(row.board),
        resources=row.resources,
        detected_changes=tuple(Move.from_json(move) for move in row.detected_changes),
        validation_notes=tuple(row.validation_notes),
        source=StateSource(row.source),
        created_at=row.created_at,
        round=row.round,
        first_player=row.first_player,
        passed=tuple(row.passed),
        eliminated=tuple(row.eliminated),
    )


def proposal_row(proposal: Proposal) -> ProposalRow:
    """Return the row of a waiting reading."""
    return ProposalRow(
        game_id=proposal.game_id, capture_id=proposal.capture_id, content=proposal.to_json()
    )


def proposal(row: ProposalRow) -> Proposal:
    """Return the reading of a row."""
    return Proposal.from_json(row.content)


def journal_row(entry: JournalEntry) -> JournalRow:
    """Return the row of a new line."""
    return JournalRow(
        game_id=entry.game_id,
        at=entry.at,
        kind=entry.kind.value,
        by=entry.by,
        capture_id=entry.capture_id,
        state_id=entry.state_id,
        details=entry.details,
    )


def journal_entry(row: JournalRow) -> JournalEntry:
    """Return the line of a row."""
    return JournalEntry(
        game_id=row.game_id,
        at=row.at,
        kind=JournalKind(row.kind),
        by=row.by,
        capture_id=row.capture_id,
        state_id=row.state_id,
        details=row.details,
    )


def annotation_row(annotation: Annotation, game_id: str) -> AnnotationRow:
    """Return the row of a remark on a state of a game."""
    return AnnotationRow(
        state_id=annotation.state_id,
        game_id=game_id,
        note=annotation.note,
        bookmark=annotation.bookmark,
        by=annotation.by,
        at=annotation.at,
    )


def annotation(row: AnnotationRow) -> Annotation:
    """Return the remark of a row."""
    return Annotation(row.state_id, row.note, row.bookmark, row.by, row.at)


def result_row(result: GameResult) -> ResultRow:
    """Return the row of a game that is over."""
    return ResultRow(
        game_id=result.game_id, finished_at=result.finished_at, content=result.to_json()
    )


def result(row: ResultRow) -> GameResult:
    """Return the result of a row."""
    return GameResult.from_json(row.content)
