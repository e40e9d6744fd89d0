"""The tables. Column types are portable: SQLite today, PostgreSQL 16 and later by URL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """Aware times, kept as UTC. SQLite has no time zones: there they are naive in the file."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time as UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all rows."""

    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012


class GameRow(Base):
    """A game. Turn, phase and active player repeat the head's, so that a list needs no states."""

    __tablename__ = "games"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    game_type: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16), index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    # No foreign key: games and states would need each other to exist first.
    head_id: Mapped[str] = mapped_column(String(36))
    tip_id: Mapped[str] = mapped_column(String(36))
    current_turn: Mapped[int]
    current_phase: Mapped[str] = mapped_column(String(64))
    active_player: Mapped[int | None]
    pinned: Mapped[bool] = mapped_column(default=False)
    table_id: Mapped[str | None] = mapped_column(String(64))
    settings: Mapped[dict[str, Any]]
    # "metadata" is taken by SQLAlchemy
    remarks: Mapped[dict[str, Any]] = mapped_column("metadata")

    players: Mapped[list[PlayerRow]] = relationship(
        order_by="PlayerRow.position", cascade="all, delete-orphan", lazy="selectin"
    )


class PlayerRow(Base):
    """Someone who plays a game."""

    __tablename__ = "players"
    __table_args__ = (
        UniqueConstraint("game_id", "position", name="uq_players_position"),
        UniqueConstraint("game_id", "color", name="uq_players_color"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    game_id: Mapped[str] = mapped_column(ForeignKey("games.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    color: Mapped[str] = mapped_column(String(16))


class CaptureRow(Base):
    """A press of the capture button."""

    __tablename__ = "captures"
    __table_args__ = (UniqueConstraint("game_id", "sequence", name="uq_captures_sequence"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    game_id: Mapped[str] = mapped_column(ForeignKey("games.id", ondelete="CASCADE"))
    sequence: Mapped[int]
    captured_at: Mapped[datetime]
    triggered_by: Mapped[str | None] = mapped_column(String(255))
    image: Mapped[str | None] = mapped_column(String(255))
    thumbnail: Mapped[str | None] = mapped_column(String(255))
    overlay: Mapped[str | None] = mapped_column(String(255))
    image_sha256: Mapped[str | None] = mapped_column(String(64))
    analysis_status: Mapped[str] = mapped_column(String(16), index=True)
    analysis_results: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    job_id: Mapped[str | None] = mapped_column(String(64))
    notes: Mapped[str | None] = mapped_column(Text)
    bookmark: Mapped[bool]
    error: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class StateRow(Base):
    """An accepted state. Rows are added and removed with their game, never changed."""

    __tablename__ = "states"
    __table_args__ = (UniqueConstraint("game_id", "number", name="uq_states_number"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    game_id: Mapped[str] = mapped_column(ForeignKey("games.id", ondelete="CASCADE"))
    # Order of acceptance: two states may carry the same time.
    number: Mapped[int]
    parent_id: Mapped[str | None] = mapped_column(
        ForeignKey("states.id", ondelete="CASCADE"), index=True
    )
    capture_id: Mapped[str | None] = mapped_column(
        ForeignKey("captures.id", ondelete="SET NULL"), index=True
    )
    turn: Mapped[int]
    phase: Mapped[str] = mapped_column(String(64))
    active_player: Mapped[int | None]
    board: Mapped[dict[str, Any]]
    resources: Mapped[dict[str, Any]]
    detected_changes: Mapped[list[Any]]
    validation_notes: Mapped[list[Any]]
    source: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    round: Mapped[int]
    first_player: Mapped[int | None]
    passed: Mapped[list[Any]]
    eliminated: Mapped[list[Any]]


class ProposalRow(Base):
    """The reading that waits for review; at most one a game."""

    __tablename__ = "proposals"

    game_id: Mapped[str] = mapped_column(
        ForeignKey("games.id", ondelete="CASCADE"), primary_key=True
    )
    capture_id: Mapped[str] = mapped_column(
        ForeignKey("captures.id", ondelete="CASCADE"), index=True
    )
    content: Mapped[dict[str, Any]]


class JournalRow(Base):
    """A line of a game's journal. Rows are added and removed with their game, never changed."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_game", "game_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    game_id: Mapped[str] = mapped_column(ForeignKey("games.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    by: Mapped[str | None] = mapped_column(String(255))
    capture_id: Mapped[str | None] = mapped_column(String(36))
    state_id: Mapped[str | None] = mapped_column(String(36))
    details: Mapped[dict[str, Any]]


class AnnotationRow(Base):
    """A remark on a state, or a bookmark."""

    __tablename__ = "annotations"

    state_id: Mapped[str] = mapped_column(
        ForeignKey("states.id", ondelete="CASCADE"), primary_key=True
    )
    game_id: Mapped[str] = mapped_column(ForeignKey("games.id", ondelete="CASCADE"), index=True)
    note: Mapped[str | None] = mapped_column(Text)
    bookmark: Mapped[bool]
    by: Mapped[str | None] = mapped_column(String(255))
    at: Mapped[datetime]


class ResultRow(Base):
    """How a game ended, for statistics."""

    __tablename__ = "results"

    game_id: Mapped[str] = mapped_column(
        ForeignKey("games.id", ondelete="CASCADE"), primary_key=True
    )
    finished_at: Mapped[datetime] = mapped_column(index=True)
    content: Mapped[dict[str, Any]]
