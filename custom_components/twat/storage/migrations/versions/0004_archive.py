"""Games can be pinned, states annotated, and finished games counted."""

from alembic import op
import sqlalchemy as sa

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the tables. No game of before could be finished, so none has a result."""
    time = sa.DateTime(timezone=True)
    with op.batch_alter_table("games") as games:
        games.add_column(sa.Column("pinned", sa.Boolean, nullable=False, server_default="0"))
    op.create_table(
        "annotations",
        sa.Column(
            "state_id",
            sa.String(36),
            sa.ForeignKey("states.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        _game(),
        sa.Column("note", sa.Text),
        sa.Column("bookmark", sa.Boolean, nullable=False),
        sa.Column("by", sa.String(255)),
        sa.Column("at", time, nullable=False),
    )
    op.create_index("ix_annotations_game_id", "annotations", ["game_id"])
    op.create_table(
        "results",
        sa.Column(
            "game_id",
            sa.String(36),
            sa.ForeignKey("games.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("finished_at", time, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
    )
    op.create_index("ix_results_finished_at", "results", ["finished_at"])


def _game() -> sa.Column[str]:
    return sa.Column(
        "game_id", sa.String(36), sa.ForeignKey("games.id", ondelete="CASCADE"), nullable=False
    )
