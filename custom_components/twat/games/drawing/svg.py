"""Writing SVG, with everything that players wrote made harmless."""

from typing import Final
from xml.sax.saxutils import escape, quoteattr

# What XML cannot carry even when escaped.
_UNPRINTABLE: Final = {code: None for code in range(32) if code not in (9, 10, 13)}


def tag(name: str, *children: str, **attributes: object) -> str:
    """Return an element: ``tag("circle", cx=1, r=2, class_="dot")``; None leaves one out.

    Children are SVG already; text goes through `text`.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_value(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def text(content: str) -> str:
    """Return text as it may stand in an element."""
    return escape(content.translate(_UNPRINTABLE))


def label(content: str, x: float, y: float, **attributes: object) -> str:
    """Return a text element at a point."""
    return tag("text", text(content), x=x, y=y, **attributes)


def points(corners: list[tuple[float, float]]) -> str:
    """Return the corners of a polygon as its attribute."""
    return " ".join(f"{_value(x)},{_value(y)}" for x, y in corners)


def wrapped(content: str, width: float, size: float, lines: int) -> list[str]:
    """Break a text into at most so many lines that are about as wide as asked for.

    Widths are estimated (0.56 of the size a character), as no font is at hand; what does not fit
    ends with an ellipsis.
    """
    fits = max(1, int(width / (0.56 * size)))
    broken: list[str] = []
    for word in content.split():
        if broken and len(broken[-1]) + 1 + len(word) <= fits:
            broken[-1] += f" {word}"
        else:
            broken.append(word)
    cut = broken[:lines]
    if len(broken) > lines:
        cut[-1] += "…"
    return [line if len(line) <= fits + 1 else f"{line[:fits]}…" for line in cut]


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return str(value).translate(_UNPRINTABLE)
