"""Rendered looks, kept until what draws them changes."""

from functools import cache
import hashlib
import os
from pathlib import Path
import shutil

import twat_camera

from .folder import write_look
from .look import Look

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".cache" / "stress"


def rendered(look: Look) -> Path:
    """The folder of a look's photos; rendered now if it was not before, or by another version of the code."""
    folder = FOLDER / _version() / look.name
    if not folder.is_dir():
        # Only whole folders get their name: whoever is interrupted leaves none behind.
        unfinished = folder.with_name(f"{look.name}.{os.getpid()}")
        write_look(look, unfinished)
        unfinished.rename(folder)
    return folder


def forget_others() -> None:
    """Remove what other versions of the code have rendered."""
    for folder in FOLDER.glob("*"):
        if folder.name != _version():
            shutil.rmtree(folder, ignore_errors=True)


@cache
def _version() -> str:
    """A digest of all code that has a part in the pictures."""
    digest = hashlib.sha256()
    simulator = Path(twat_camera.__file__).parent
    files = [*Path(__file__).parent.glob("*.py"), *(simulator / "simulator").glob("*.py")]
    for path in [*sorted(files), simulator / "scripts" / "dune.yaml"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
