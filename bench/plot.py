"""Lines over two logarithmic axes, as SVG: flat is flat, and logarithmic nearly so."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 860, 420, 60, 20, 280, 50
COLOURS = ("#0b7285", "#c2410c", "#5f3dc4", "#2b8a3e", "#a61e4d", "#1864ab", "#846358", "#495057")


def plot(lines: Mapping[str, Sequence[tuple[float, float]]], across: str, up: str) -> str:
    """An SVG document. Each line has (x, y) points, all of them above 0; every second one is dashed."""
    xs = [x for points in lines.values() for x, _ in points]
    ys = [y for points in lines.values() for _, y in points]
    x_decades, y_decades = _decades(xs), _decades(ys)
    inner = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        along = (math.log10(x) - x_decades[0]) / (x_decades[-1] - x_decades[0])
        above = (math.log10(y) - y_decades[0]) / (y_decades[-1] - y_decades[0])
        return LEFT + along * inner[0], TOP + (1 - above) * inner[1]

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        *(_grid_x(place(10.0**at, 10.0 ** y_decades[0]), at) for at in x_decades),
        *(_grid_y(place(10.0 ** x_decades[0], 10.0**at), at, up) for at in y_decades),
        _text(LEFT + inner[0] / 2, HEIGHT - 12, across, "middle"),
    ]
    for number, (name, points) in enumerate(lines.items()):
        parts += _line(number, name, [place(x, y) for x, y in points])
    return "\n".join([*parts, "</svg>", ""])


def _decades(values: Sequence[float]) -> list[int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return list(range(low, max(high, low + 1) + 1))


def _grid_x(at: tuple[float, float], decade: int) -> str:
    x, y = at
    return f'<path d="M{x:.1f} {TOP}V{y:.1f}" stroke="#ddd"/>' + _text(x, y + 16, f"{10**decade:,}", "middle")


def _grid_y(at: tuple[float, float], decade: int, unit: str) -> str:
    x, y = at
    told = f"{10.0**decade:g} {unit}"
    return f'<path d="M{x:.1f} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>' + _text(x - 6, y + 4, told, "end")


def _line(number: int, name: str, points: Sequence[tuple[float, float]]) -> list[str]:
    colour, y = COLOURS[number % len(COLOURS)], TOP + 12 + 18 * number
    dash = ' stroke-dasharray="5 4"' if number >= len(COLOURS) else ""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    beside = WIDTH - RIGHT + 16
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>',
        f'<path d="M{beside} {y - 4}h22" stroke="{colour}" stroke-width="2"{dash}/>',
        _text(beside + 28, y, name, "start"),
    ]


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
