"""Round seals without their red, as a copy in black and white shows them: rings of ink.

Nothing can be taken away from under such a seal; but where one lies and no date was read on it, a
date may stand there that nobody saw.
"""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.ingest.scans.ocr import Pixels
from pipeline.ingest.scans.upright import resized

LOOKED_AT = 450
"""Pixels of the longer side at which rings are looked for."""
RADIUS = (0.06, 0.2)
"""Of a seal, against the shorter side of the page."""
TOP = 0.2
"""Share of the page above which a ring is an emblem."""
MOST = 20
CLOSED = 0.65
"""Share of a circle that has ink, less that of the circles beside it: measured 0.8 to 0.95 on
copied seals, at most 0.4 on text, tables and drawings."""
_ANGLES = np.arange(180) * np.pi / 90


def rings(pixels: Pixels) -> list[tuple[int, int, int, int]]:
    """The boxes of rings that may be seals: left, top, right, bottom in pixels."""
    scale = min(1.0, LOOKED_AT / max(pixels.shape[:2]))
    grey = cv2.cvtColor(resized(pixels, scale), cv2.COLOR_RGB2GRAY)
    short = min(grey.shape)
    if short < LOOKED_AT // 3:
        return []
    found = cv2.HoughCircles(
        cv2.GaussianBlur(grey, (3, 3), 0), cv2.HOUGH_GRADIENT, 2, short * 0.1, param1=120,
        param2=45, minRadius=int(short * RADIUS[0]), maxRadius=int(short * RADIUS[1]),
    )  # fmt: skip
    if found is None:
        return []
    ink = np.asarray(cv2.subtract(cv2.boxFilter(grey, cv2.CV_8U, (17, 17)), grey) > 14)
    out = []
    for x, y, r in found.reshape(-1, 3)[:MOST].tolist():
        if y > TOP * grey.shape[0] and _closed(ink, x, y, r) > CLOSED:
            out.append((int((x - r) / scale), int((y - r) / scale),
                        int((x + r) / scale), int((y + r) / scale)))  # fmt: skip
    return out


def _closed(ink: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], x: float, y: float, r: float
            ) -> float:  # fmt: skip
    """How much more of a circle near this one has ink than of those a little in and out of it."""
    high, wide = ink.shape

    def share(dx: float, dy: float, factor: float, width: float = 0.0) -> float:
        on = np.zeros(len(_ANGLES), bool)
        for near in (factor - width, factor, factor + width):
            xs = np.round(x + dx + r * near * np.cos(_ANGLES)).astype(int).clip(0, wide - 1)
            ys = np.round(y + dy + r * near * np.sin(_ANGLES)).astype(int).clip(0, high - 1)
            on |= ink[ys, xs]
        return float(on.mean())

    shifts = (-2.0, 0.0, 2.0)
    _, dx, dy, factor = max(
        (share(dx, dy, factor, 0.02), dx, dy, factor)
        for dx in shifts for dy in shifts for factor in (0.94, 0.97, 1.0, 1.03, 1.06)
    )  # fmt: skip
    beside = max(share(dx, dy, factor * 0.88), share(dx, dy, factor * 1.12))
    return share(dx, dy, factor, 0.02) - beside
