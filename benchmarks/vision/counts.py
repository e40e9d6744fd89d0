"""Boards of zones, and of cells that hold several pieces: what single photos show on each of them."""

from dataclasses import dataclass
from pathlib import Path

from twat_vision.evaluation import CellNames, Counts, Sequence, load_sequence
from twat_vision.evaluation.state import players_of
from twat_vision.pipeline import analyse, decode_image
from twat_vision.pipeline.spaces import cell_name
from twat_vision.pipeline.types import AnalysisRequest, Grid, Zones


@dataclass(frozen=True, slots=True)
class PhotoCounts:
    """The counts of one photo: how many there are (zones × colours) and which are wrong: (zone, colour, true, read)."""

    photo: str
    counts: int
    wrong: tuple[tuple[str, str, int, int], ...]


def count_photos(folder: Path, most: int | None = None) -> list[PhotoCounts]:
    """Count the pieces of every colour in every zone or cell, from each photo alone.

    Args:
        folder: A sequence with its true counts.
        most: At most so many photos, evenly over the sequence.
    """
    sequence = load_sequence(folder)
    photos = [p for p in sequence.counts or {} if "hand" not in p]
    if most is not None:
        photos = photos[:: -(-len(photos) // most)]
    return [_count(sequence, photo, (sequence.counts or {})[photo]) for photo in photos]


def _count(sequence: Sequence, photo: str, true: Counts) -> PhotoCounts:
    data = sequence.read(photo)
    image = decode_image(data)
    players = players_of(sequence)
    result = analyse(
        AnalysisRequest(
            after=data,
            layout=sequence.layout,
            corners=sequence.corners_of(photo, (image.shape[1], image.shape[0])),
            players=players,
        )
    )
    read = result.counts or {}
    pairs = [(*names, player.color) for names in _spaces(sequence) for player in players]
    wrong = [
        (name, color, is_there, seen)
        for name, space, color in pairs
        if (is_there := true.get(name, {}).get(color, 0))
        != (seen := read.get(space, {}).get(color, 0))
    ]
    return PhotoCounts(photo, len(pairs), tuple(wrong))


def _spaces(sequence: Sequence) -> list[tuple[str, str]]:
    """What the sequence and what the pipeline calls each space."""
    layout = sequence.layout
    if isinstance(layout, Grid):
        names = CellNames.of(sequence, layout.columns, layout.rows)
        cells = [(column, row) for row in range(layout.rows) for column in range(layout.columns)]
        return [(names.name(cell), cell_name(cell, layout)) for cell in cells]
    return [(zone.id, zone.id) for zone in layout.zones] if isinstance(layout, Zones) else []
