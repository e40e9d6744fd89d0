"""Where the camera is, once it has been knocked or has gone round."""

from dataclasses import replace
import math

import cv2
import numpy as np

from twat_camera.simulator.optics import HEIGHT, WIDTH, Array, Optics

from .conditions import Conditions


def seen_under(conditions: Conditions, optics: Optics) -> Optics:
    """The camera of a photo, from where it hung at first.

    A knock turns the camera about its lens: the picture shifts and turns, and nothing leans differently. Going round what
    it looks at is what makes tall pieces lean differently.
    """
    x, y = (math.radians(angle) for angle in conditions.orbit_deg)
    gone_round = replace(
        optics,
        rotation=_turn(x, y, 0.0) @ optics.rotation,
        distance=optics.distance * conditions.zoom,
    )
    across = math.atan(conditions.shift[0] * WIDTH / optics.focal)
    down = math.atan(conditions.shift[1] * HEIGHT / optics.focal)
    return _turned(gone_round, _turn(-down, across, math.radians(conditions.roll_deg)))


def _turned(optics: Optics, turn: Array) -> Optics:
    """Turn a camera about its lens.

    A camera is described by a point of the table on its axis and the distance to it: with P the turn, R the rotation, d the
    distance and c that point, P (R (w - c) + d z) = R' (w - c') + d' z for all w, where R' = P R.
    """
    rotation = turn @ optics.rotation
    ahead = rotation.T @ turn[:, 2] * optics.distance
    axis = rotation.T @ np.array([0.0, 0.0, 1.0])
    distance = float(ahead[2] / axis[2])
    aside = ahead - distance * axis
    center = (optics.center[0] - float(aside[0]), optics.center[1] - float(aside[1]))
    return replace(optics, center=center, distance=distance, rotation=np.asarray(rotation))


def _turn(x: float, y: float, z: float) -> Array:
    """A rotation matrix from a rotation vector in radians (Rodrigues)."""
    return np.asarray(cv2.Rodrigues(np.array([x, y, z]))[0], np.float64)
