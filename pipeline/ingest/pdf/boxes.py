"""Boxes, and the matrices that PDF and OFD move them by."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.evidence import Box

Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): x' = a x + c y + e, y' = b x + d y + f (ISO 32000-1, 8.3.3; GB/T 33190-2016,
7.3)."""
Point = tuple[float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def times(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that does `first`, and `then` the other."""
    if then is IDENTITY:
        return first
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )


def moved(box: Box, by: Matrix) -> Box:
    """The box around a box that a matrix moved; its sides keep their order, whatever the unit and
    wherever the origin."""
    if by is IDENTITY:
        return box
    x0, y0, x1, y1 = box
    a, b, c, d, e, f = by
    if b == 0 and c == 0 and a > 0 and d > 0:
        return (a * x0 + e, d * y0 + f, a * x1 + e, d * y1 + f)
    xs = [a * x + c * y + e for x in (x0, x1) for y in (y0, y1)]
    ys = [b * x + d * y + f for x in (x0, x1) for y in (y0, y1)]
    return (min(xs), min(ys), max(xs), max(ys))


def around(boxes: Iterable[Box]) -> Box:
    """The box around all of them; there is at least one."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return (min(left), min(top), max(right), max(bottom))
