"""The part of libcamera's Python API that controls need."""

from enum import IntEnum


class _AfModeEnum(IntEnum):
    Manual = 0
    Auto = 1
    Continuous = 2


class controls:
    AfModeEnum = _AfModeEnum
