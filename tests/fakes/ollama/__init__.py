"""A stand-in for an Ollama server: its HTTP API on a real socket, strict, and with eyes of its own.

It refuses what the real server refuses (and what its API description does not know), counts tokens as
its vision models do, loads and unloads models, and answers from what the pictures it is sent really show.
What the table looks like it is told beforehand (`POST /stand-in/truth`); what is asked it is not.
"""

from .faults import Fault
from .library import LIBRARY, Model
from .server import Call, FakeOllama

__all__ = ["LIBRARY", "Call", "FakeOllama", "Fault", "Model"]
