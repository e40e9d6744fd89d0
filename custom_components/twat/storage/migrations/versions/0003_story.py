"""Games know the end of the line that is played."""

from alembic import op
import sqlalchemy as sa

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; games of before cannot redo, so their line ends at the head."""
    with op.batch_alter_table("games") as games:
        games.add_column(sa.Column("tip_id", sa.String(36), nullable=False, server_default=""))
    op.execute("UPDATE games SET tip_id = head_id")
