"""The first schema: games, players, captures, states, proposals, journal."""

from alembic import op
import sqlalchemy as sa

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables. There is no way down: a backup is the way back."""
    time = sa.DateTime(timezone=True)
    op.create_table(
        "games",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("game_type", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.Column("updated_at", time, nullable=False),
        sa.Column("head_id", sa.String(36), nullable=False),
        sa.Column("current_turn", sa.Integer, nullable=False),
        sa.Column("current_phase", sa.String(64), nullable=False),
        sa.Column("active_player", sa.Integer),
        sa.Column("table_id", sa.String(64)),
        sa.Column("settings", sa.JSON, nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False),
    )
    op.create_index("ix_games_status", "games", ["status"])
    op.create_index("ix_games_updated_at", "games", ["updated_at"])
    op.create_table(
        "players",
        sa.Column("id", sa.String(36), primary_key=True),
        _game(),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("color", sa.String(16), nullable=False),
        sa.UniqueConstraint("game_id", "position", name="uq_players_position"),
        sa.UniqueConstraint("game_id", "color", name="uq_players_color"),
    )
    op.create_table(
        "captures",
        sa.Column("id", sa.String(36), primary_key=True),
        _game(),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("captured_at", time, nullable=False),
        sa.Column("triggered_by", sa.String(255)),
        sa.Column("image", sa.String(255)),
        sa.Column("thumbnail", sa.String(255)),
        sa.Column("overlay", sa.String(255)),
        sa.Column("image_sha256", sa.String(64)),
        sa.Column("analysis_status", sa.String(16), nullable=False),
        sa.Column("analysis_results", sa.JSON),
        sa.Column("job_id", sa.String(64)),
        sa.Column("notes", sa.Text),
        sa.Column("bookmark", sa.Boolean, nullable=False),
        sa.Column("error", sa.JSON),
        sa.UniqueConstraint("game_id", "sequence", name="uq_captures_sequence"),
    )
    op.create_index("ix_captures_analysis_status", "captures", ["analysis_status"])
    op.create_table(
        "states",
        sa.Column("id", sa.String(36), primary_key=True),
        _game(),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("parent_id", sa.String(36), sa.ForeignKey("states.id", ondelete="CASCADE")),
        sa.Column("capture_id", sa.String(36), sa.ForeignKey("captures.id", ondelete="SET NULL")),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("phase", sa.String(64), nullable=False),
        sa.Column("active_player", sa.Integer),
        sa.Column("board", sa.JSON, nullable=False),
        sa.Column("resources", sa.JSON, nullable=False),
        sa.Column("detected_changes", sa.JSON, nullable=False),
        sa.Column("validation_notes", sa.JSON, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("created_at", time, nullable=False),
        sa.UniqueConstraint("game_id", "number", name="uq_states_number"),
    )
    op.create_index("ix_states_parent_id", "states", ["parent_id"])
    op.create_index("ix_states_capture_id", "states", ["capture_id"])
    op.create_table(
        "proposals",
        sa.Column(
            "game_id",
            sa.String(36),
            sa.ForeignKey("games.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column(
            "capture_id",
            sa.String(36),
            sa.ForeignKey("captures.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("content", sa.JSON, nullable=False),
    )
    op.create_index("ix_proposals_capture_id", "proposals", ["capture_id"])
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _game(),
        sa.Column("at", time, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("by", sa.String(255)),
        sa.Column("capture_id", sa.String(36)),
        sa.Column("state_id", sa.String(36)),
        sa.Column("details", sa.JSON, nullable=False),
    )
    op.create_index("ix_journal_game", "journal", ["game_id", "id"])


def _game() -> sa.Column[str]:
    return sa.Column(
        "game_id", sa.String(36), sa.ForeignKey("games.id", ondelete="CASCADE"), nullable=False
    )
