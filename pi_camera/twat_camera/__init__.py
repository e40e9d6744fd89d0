"""TWAT camera service: sharp, repeatable stills of a table, for Home Assistant."""

from importlib.metadata import version

__version__ = version("twat-camera")
