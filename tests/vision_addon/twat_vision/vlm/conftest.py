"""A stand-in model server, and pictures for it to look at."""

from collections.abc import AsyncIterator, Callable
import io

import numpy as np
from PIL import Image
import pytest

from tests.fakes.ollama import FakeOllama


def _picture(size: tuple[int, int] = (320, 320), seed: int = 0) -> bytes:
    noise = np.random.default_rng(seed).integers(30, 200, (size[1], size[0], 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def picture() -> Callable[..., bytes]:
    return _picture


@pytest.fixture
async def fake() -> AsyncIterator[FakeOllama]:
    server = FakeOllama()
    async with server.running():
        yield server
