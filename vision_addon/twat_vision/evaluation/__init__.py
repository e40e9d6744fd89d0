"""Measures the pipeline on folders of photos whose truth is known."""

from .baseline import read_naively
from .calibration import Bin, calibration_error, judged, reliability
from .dataset import (
    Counts,
    DatasetError,
    Sequence,
    Step,
    TrueMove,
    find_sequences,
    load_sequence,
    load_sequences,
)
from .gallery import Gallery
from .metrics import by_difficulty, confusion, figures
from .model_names import NamingReport, evaluate_names, names_json, names_table
from .naming import CellNames
from .report import describe, format_reliability, format_table, table, to_json
from .run import Mode, Reader, SequenceReport, StepReport, Witness, evaluate_sequence

__all__ = [
    "Bin",
    "CellNames",
    "Counts",
    "DatasetError",
    "Gallery",
    "Mode",
    "NamingReport",
    "Reader",
    "Sequence",
    "SequenceReport",
    "Step",
    "StepReport",
    "TrueMove",
    "Witness",
    "by_difficulty",
    "calibration_error",
    "confusion",
    "describe",
    "evaluate_names",
    "evaluate_sequence",
    "figures",
    "find_sequences",
    "format_reliability",
    "format_table",
    "judged",
    "load_sequence",
    "load_sequences",
    "names_json",
    "names_table",
    "read_naively",
    "reliability",
    "table",
    "to_json",
]
