"""A sheet to print: the four markers by which a board is found, with what to do with them.

Written as SVG, which browsers print to scale and to PDF. The service offers it without loading OpenCV, so the marks
are spelled out here; they are those of OpenCV's dictionary ``DICT_4X4_50`` (Garrido-Jurado et al., Pattern Recognition
47, 2014).
"""

from typing import Final

MARKS: Final = (
    ("1011", "0101", "0011", "0010"),
    ("0000", "1111", "1001", "1010"),
    ("0011", "0011", "0010", "1101"),
    ("1001", "1001", "0100", "0110"),
)
"""The inner 4 × 4 fields of markers 0 to 3, 1 is white; a black border of one field goes around."""
PAGE: Final = (210, 297)
"""A4, millimetres."""
FIELD: Final = 10
"""Millimetres a field: a marker is six of them, 60 mm, and keeps as much white around as one."""
_PLACES: Final = ((25, 50), (125, 50), (125, 165), (25, 165))
_CORNERS: Final = ("top left", "top right", "bottom right", "bottom left")
_TOUCHING: Final = ((1, 1), (0, 1), (0, 0), (1, 0))
"""Which corner of each marker meets the board's: fractions of its side."""
_STEPS: Final = (
    "Print at 100 %. Cut out along the dashed lines; keep the white rims.",
    "Lay each marker outside the board, at the board's corner it names, so that the arrow's tip - a corner of the black",
    "square - meets the corner of the board (of the playing grid, where only that is to be read). Slide the white rim",
    "under the board. All four show the same way up as the board, lie flat, and stay where they are during a game.",
)


def marker_sheet() -> str:
    """Return the sheet as the text of an SVG file, A4 upright."""
    width, height = PAGE
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
            f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="3.4">'
        ),
        f'<rect width="{width}" height="{height}" fill="white"/>',
        '<text x="15" y="17" font-size="6">Markers for finding a board</text>',
        *(f'<text x="15" y="{25 + 4.6 * n:g}">{text}</text>' for n, text in enumerate(_STEPS)),
    ]
    for number in range(4):
        lines.extend(_marker(number))
    return "\n".join([*lines, "</svg>", ""])


def _marker(number: int) -> list[str]:
    x, y = _PLACES[number]
    side = 6 * FIELD
    rim = FIELD
    fields = [
        f'<rect x="{x + (column + 1) * FIELD}" y="{y + (row + 1) * FIELD}" '
        f'width="{FIELD}" height="{FIELD}" fill="white"/>'
        for row, bits in enumerate(MARKS[number])
        for column, bit in enumerate(bits)
        if bit == "1"
    ]
    right, bottom = _TOUCHING[number]
    tip = (x + right * side, y + bottom * side)
    outward = (1 if right else -1, 1 if bottom else -1)
    start = (tip[0] + outward[0] * 0.8 * rim, tip[1] + outward[1] * 0.8 * rim)
    return [
        (
            f'<rect x="{x - rim}" y="{y - rim}" width="{side + 2 * rim}" height="{side + 2 * rim}" '
            'fill="none" stroke="#999" stroke-width="0.2" stroke-dasharray="2 1.5"/>'
        ),
        f'<rect x="{x}" y="{y}" width="{side}" height="{side}" fill="black"/>',
        *fields,
        (
            f'<line x1="{start[0]:g}" y1="{start[1]:g}" x2="{tip[0]}" y2="{tip[1]}" '
            'stroke="#999" stroke-width="0.5"/>'
        ),
        (
            f'<text x="{x + side / 2:g}" y="{y + side + rim + 5}" text-anchor="middle">'
            f"{number}: the board's {_CORNERS[number]} corner</text>"
        ),
    ]
