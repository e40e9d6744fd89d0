"""What the vision service is asked: the body of ``POST /v1/analyses``."""

from collections.abc import Sequence
from dataclasses import dataclass

from .area_readings import played_areas
from .candidates import candidates
from .model import Board, Game, GameState, JsonObject, Piece
from .profile import GENERIC_PIECE, GameProfile, PieceType


@dataclass(frozen=True, slots=True)
class ImageHashes:
    """SHA-256 of the photos an analysis looks at, lower-case hexadecimal.

    Attributes:
        after: The new photo.
        before: The photo of the accepted state; None for the setup photo.
        reference: The setup photo, to which the corners belong; None when there is none yet.
    """

    after: str
    before: str | None = None
    reference: str | None = None

    def to_json(self) -> JsonObject:
        """Return the hashes as JSON."""
        return {"after": self.after, "before": self.before, "reference": self.reference}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wants of one analysis.

    Attributes:
        model: Vision model to name pieces with; None for the host's choice.
        detect_changes: False: say what stands there, whatever stood there before.
        identify_pieces: Whether the model is asked: ``auto`` where tracking cannot know, ``always`` or ``never``.
        names: Whose model is asked: the vision service's (``vlm``), or an AI Task entity of ours (``ai_task``).
    """

    model: str | None = None
    detect_changes: bool = True
    identify_pieces: str = "auto"
    names: str = "vlm"


def analysis_request(
    game: Game,
    profile: GameProfile,
    state: GameState,
    *,
    capture_id: str,
    images: ImageHashes,
    corners: Sequence[tuple[float, float]] | None,
    previous: GameState | None = None,
    wishes: Wishes = Wishes(),
) -> JsonObject:
    """Return the request for one capture.

    Args:
        game: The game.
        profile: Its profile.
        state: The accepted state to compare with.
        capture_id: Makes the request idempotent.
        images: The photos.
        corners: The board's corners in the reference photo (if there is none: in the before, else
            the after photo), 0…1, from top left clockwise; None lets the service look for them.
        previous: The state before the accepted one: the players may take back what led to that.
        wishes: What is wanted of it; without a model the service's default is asked.

    Returns:
        The JSON body. Pieces are null as long as nobody has said what all stands on the board.
    """
    layout = profile.layout_for(game.settings)
    return {
        "capture_id": capture_id,
        "images": images.to_json(),
        "board": {
            "corners": None if corners is None else [[x, y] for x, y in corners],
            "markers": None,
            "layout": layout.to_json(),
        },
        "pieces": (
            [piece.to_json() for piece in state.board.pieces if _is_seen(profile, piece)]
            if state.board.complete
            else None
        ),
        "players": [
            {"position": player.position, "name": player.name, "color": player.color}
            for player in game.players
        ],
        "active_player": state.active_player,
        "vocabulary": [
            {
                "type": piece_type.id,
                "name": piece_type.name,
                "spaces": None if piece_type.spaces is None else list(piece_type.spaces),
                "color": piece_type.color,
                "hint": piece_type.look,
            }
            for piece_type in _kinds(profile, state.board, images)
        ],
        "areas": [
            {
                "id": area.id,
                "name": area.name,
                "polygon": [list(point) for point in area.polygon],
                "kind": area.kind.value,
                "least": area.minimum,
                "most": area.maximum,
                "hint": area.look,
            }
            for area in played_areas(profile, game)
        ],
        "candidates": [c.to_json() for c in candidates(profile, game, state, previous)],
        "tasks": {
            "detect_changes": wishes.detect_changes,
            "identify_pieces": wishes.identify_pieces,
        },
        "model": wishes.model,
        "names": wishes.names,
        "thresholds": {"confidence": game.confidence_threshold},
    }


def _is_seen(profile: GameProfile, piece: Piece) -> bool:
    """Whether a camera sees a piece; what it cannot see would be missing in every photo."""
    kind = profile.known_type(piece.type)
    return kind is None or kind.visible


def _kinds(profile: GameProfile, board: Board, images: ImageHashes) -> list[PieceType]:
    """Return the kinds a new piece may be of.

    A profile with the generic piece among its kinds knows nothing about the game. There a new piece
    is of a kind that is on the board already, else just a piece: asking would only be a nuisance.
    On the first photo of a board of which nobody has said what stands there it may be any, for a
    model to tell.
    """
    kinds = [kind for kind in profile.piece_types if kind.visible]
    if all(kind.id != GENERIC_PIECE for kind in kinds):
        return kinds
    if not board.complete and images.before is None:
        return [kind for kind in kinds if kind.id != GENERIC_PIECE]
    in_play = {piece.type for piece in board.pieces} or {GENERIC_PIECE}
    return [kind for kind in kinds if kind.id in in_play]
