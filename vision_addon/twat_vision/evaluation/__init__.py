"""Measures the pipeline on folders of photos whose truth is known."""

from .dataset import DatasetError, Sequence, Step, TrueMove, find_sequences, load_sequence
from .naming import CellNames
from .report import format_table, to_json
from .run import Mode, SequenceReport, StepReport, evaluate_sequence

__all__ = [
    "CellNames",
    "DatasetError",
    "Mode",
    "Sequence",
    "SequenceReport",
    "Step",
    "StepReport",
    "TrueMove",
    "evaluate_sequence",
    "find_sequences",
    "format_table",
    "load_sequence",
    "to_json",
]
