"""States know their round, who begins it, who has passed and who is out of the game."""

from alembic import op
import sqlalchemy as sa

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; states of before are in round 1, with nobody passed or out."""
    for column in (
        sa.Column("round", sa.Integer, nullable=False, server_default="1"),
        sa.Column("first_player", sa.Integer),
        sa.Column("passed", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("eliminated", sa.JSON, nullable=False, server_default="[]"),
    ):
        op.add_column("states", column)
