"""Boards of named zones: which zones changed, and what single photos show in each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from twat_vision.evaluation import Sequence, load_sequence
from twat_vision.evaluation.state import players_of
from twat_vision.pipeline import analyse, decode_image
from twat_vision.pipeline.types import AnalysisRequest

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class PhotoCounts:
    """The counts of one photo: how many there are (zones × colours) and which are wrong: (zone, colour, true, read)."""

    photo: str
    counts: int
    wrong: tuple[tuple[str, str, int, int], ...]


def count_photos(folder: Path, most: int | None = None) -> list[PhotoCounts]:
    """Count the pieces of every colour in every zone, from each photo alone.

    Args:
        folder: A sequence of a board of zones with its true counts.
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
    zones = getattr(sequence.layout, "zones", ())
    pairs = [(zone.id, player.color) for zone in zones for player in players]
    wrong = [
        (zone, color, is_there, seen)
        for zone, color in pairs
        if (is_there := true.get(zone, {}).get(color, 0))
        != (seen := read.get(zone, {}).get(color, 0))
    ]
    return PhotoCounts(photo, len(pairs), tuple(wrong))
