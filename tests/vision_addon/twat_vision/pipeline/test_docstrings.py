"""Whoever calls the pipeline finds in the docstrings what every argument is, and of what shape."""

from collections.abc import Iterator
import importlib
import inspect
import pkgutil
from types import FunctionType

import pytest

from twat_vision import pipeline

MODULES = [m.name for m in pkgutil.walk_packages(pipeline.__path__, f"{pipeline.__name__}.")]


def _public(module: str) -> Iterator[FunctionType]:
    """Functions and methods that a module defines for others."""
    for name, thing in vars(importlib.import_module(module)).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != module:
            continue
        if isinstance(thing, FunctionType):
            yield thing
        elif inspect.isclass(thing):
            methods = vars(thing).items()
            yield from (
                m for n, m in methods if isinstance(m, FunctionType) and not n.startswith("_")
            )


@pytest.mark.parametrize("module", MODULES)
def test_every_public_function_says_what_it_takes(module: str) -> None:
    for function in _public(module):
        said = inspect.getdoc(function)
        assert said, f"{function.__qualname__} has no docstring"
        _, _, arguments = said.partition("Args:\n")
        for name in inspect.signature(function).parameters:
            if name not in ("self", "cls"):
                assert f"    {name}: " in arguments, (
                    f"{function.__qualname__} says nothing of {name}"
                )


@pytest.mark.parametrize("module", MODULES)
def test_every_array_has_a_shape(module: str) -> None:
    for function in _public(module):
        gives = str(inspect.signature(function).return_annotation)
        if "ndarray" in gives.lower():
            said = inspect.getdoc(function) or ""
            assert "``(" in said, f"{function.__qualname__} does not say the shape of its result"
