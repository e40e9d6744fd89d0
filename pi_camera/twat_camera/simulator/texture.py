"""Materials, made of noise: wood, paper, cloth. Everything is RGB float32 in 0…1."""

import itertools

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.float32]


def value_noise(
    shape: tuple[int, int], pitch: tuple[float, float], rng: np.random.Generator
) -> Image:
    """Return smooth noise of about unit variance.

    Args:
        shape: Height and width in pixels.
        pitch: Vertical and horizontal size of its grains in pixels.
        rng: Source of chance.
    """
    rows = max(2, int(np.ceil(shape[0] / pitch[0])) + 2)
    columns = max(2, int(np.ceil(shape[1] / pitch[1])) + 2)
    coarse = rng.standard_normal((rows, columns)).astype(np.float32)
    return np.asarray(
        cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32
    )


def blur(image: Image, sigma: float) -> Image:
    """Return an image of any number of channels, blurred."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)


def wood(
    shape: tuple[int, int],
    light: tuple[int, int, int],
    dark: tuple[int, int, int],
    rng: np.random.Generator,
    grain: float = 1.0,
) -> Image:
    """Return wood with its grain along x.

    Args:
        shape: Height and width in pixels.
        light: sRGB of early wood.
        dark: sRGB of late wood.
        rng: Source of chance.
        grain: Size of the grain; 1 suits about a metre across 2,000 pixels.
    """
    height = shape[0]
    rows = np.arange(height, dtype=np.float32)[:, None]
    wander = value_noise(shape, (160 * grain, 900 * grain), rng) * 14 * grain
    # Rings cut lengthwise: bands across y of uneven width, bent by the wander.
    depth = np.clip(rows + wander + 40 * grain, 0, height + 79 * grain)
    bands = value_noise((int(height + 80 * grain) + 2, 1), (9 * grain, 1), rng)[:, 0]
    rings = np.interp(depth.ravel(), np.arange(len(bands)), bands).reshape(shape)
    fibre = value_noise(shape, (1.3 * grain, 90 * grain), rng)
    broad = value_noise(shape, (240 * grain, 1400 * grain), rng)
    mix = np.clip(0.42 + 0.16 * rings.astype(np.float32) + 0.07 * fibre + 0.12 * broad, 0, 1)
    share = np.linspace(0, 1, 1024, dtype=np.float32)[:, None]
    tones = (np.array(light) * (1 - share) + np.array(dark) * share) / 255
    return np.asarray(tones.astype(np.float32)[(mix * 1023).astype(np.int16)], np.float32)


def planks(
    shape: tuple[int, int],
    light: tuple[int, int, int],
    dark: tuple[int, int, int],
    rng: np.random.Generator,
    count: int = 6,
) -> Image:
    """Return a table top of boards laid side by side, grain along x."""
    height, width = shape
    top = np.empty((height, width, 3), np.float32)
    edges = np.linspace(0, height, count + 1).astype(int)
    for upper, lower in itertools.pairwise(edges):
        tint = 1 + rng.uniform(-0.09, 0.07)
        top[upper:lower] = wood((lower - upper, width), light, dark, rng) * np.float32(tint)
        top[lower - 2 : lower] *= 0.62
        top[upper : upper + 1] *= 1.06
    return np.asarray(np.clip(top, 0, 1), np.float32)


def mottle(image: Image, pitch: float, amount: float, rng: np.random.Generator) -> Image:
    """Return the image with uneven brightness, as print on cardboard has."""
    noise = value_noise(image.shape[:2], (pitch, pitch), rng)
    return np.asarray(np.clip(image * (1 + amount * noise[..., None]), 0, 1), np.float32)
