"""A picture of paper and the way back from it: turned, scaled, straightened.

Every step is a plane projection, so one matrix leads from the sheet's pixels to the picture's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ingest.scans.ocr import Pixels, Point, Quad, Seen

Matrix = NDArray[np.float64]

STRAIGHT = math.radians(0.15)
LOOKED_AT = 1_000
"""Pixels of the longer side at which the run of the lines is looked for."""


def resized(pixels: Pixels, factor: float) -> Pixels:
    """The picture enlarged or made smaller, to one pixel at least."""
    size = tuple(max(1, round(side * factor)) for side in pixels.shape[1::-1])
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Pixels in red, green and blue, and the matrix from them back to the picture's pixels."""

    pixels: Pixels
    back: Matrix

    def turned(self, quarters: int) -> Sheet:
        """The sheet after so many quarter turns anticlockwise."""
        sheet = self
        for _ in range(quarters % 4):
            wide = sheet.pixels.shape[1]
            # (x, y) after the turn was (wide - 1 - y, x) before it
            before = np.array([[0.0, -1.0, wide - 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
            sheet = Sheet(np.ascontiguousarray(np.rot90(sheet.pixels)), sheet.back @ before)
        return sheet

    def scaled(self, factor: float) -> Sheet:
        """The sheet enlarged or made smaller."""
        high, wide = self.pixels.shape[:2]
        pixels = resized(self.pixels, factor)
        scale = np.diag([wide / pixels.shape[1], high / pixels.shape[0], 1.0])
        return Sheet(pixels, self.back @ scale)

    def straightened(self, lean: float) -> tuple[Sheet, Matrix]:
        """The sheet turned about its middle so that lines leaning by `lean` (radians, clockwise)
        run level, nothing cut off; and the matrix that takes points along."""
        high, wide = self.pixels.shape[:2]
        cos, sin = math.cos(lean), math.sin(lean)
        new_wide = math.ceil(wide * cos + high * abs(sin))
        new_high = math.ceil(high * cos + wide * abs(sin))
        # minus the lean, middle to middle
        forth = np.array([
            [cos, sin, new_wide / 2 - cos * wide / 2 - sin * high / 2],
            [-sin, cos, new_high / 2 + sin * wide / 2 - cos * high / 2],
            [0.0, 0.0, 1.0],
        ])  # fmt: skip
        pixels = cv2.warpPerspective(
            self.pixels, forth, (new_wide, new_high), flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        return Sheet(np.asarray(pixels, np.uint8), self.back @ np.linalg.inv(forth)), forth

    def flattened(self, corners: NDArray[np.float32]) -> Sheet:
        """What lies between four corners (top left, top right, bottom right, bottom left)."""
        top_left, top_right, bottom_right, bottom_left = corners
        wide = round(max(math.dist(top_left, top_right), math.dist(bottom_left, bottom_right)))
        high = round(max(math.dist(top_left, bottom_left), math.dist(top_right, bottom_right)))
        target = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
        forth = cv2.getPerspectiveTransform(corners, target)
        pixels = cv2.warpPerspective(
            self.pixels, forth, (wide, high), flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        return Sheet(np.asarray(pixels, np.uint8), self.back @ np.linalg.inv(forth))


# --- how lines lie ------------------------------------------------------------------------------


def lean(seen: Sequence[Seen]) -> float:
    """By how much the lines are off level or plumb, in radians, clockwise; 0 where it is too little
    to matter. The middle of all lines, the longest counting most."""
    angles: list[tuple[float, float]] = []
    for each in seen:
        (x0, y0), (x1, y1), _, (x3, y3) = each.quad
        along, down = math.hypot(x1 - x0, y1 - y0), math.hypot(x3 - x0, y3 - y0)
        if max(along, down) < 3 * min(along, down):
            continue
        if along > down:
            angles.append((math.atan2(y1 - y0, x1 - x0), along))
        else:
            angles.append((math.atan2(x0 - x3, y3 - y0), down))
    if not angles:
        return 0.0
    angles.sort()
    half, so_far = sum(length for _, length in angles) / 2, 0.0
    for angle, length in angles:
        so_far += length
        if so_far >= half:
            return angle if abs(angle) > STRAIGHT else 0.0
    return 0.0


def run_down(pixels: Pixels) -> float:
    """How much more evenly the ink lies along lines across than along lines down: about 0.1 to 0.5
    on a page that lies the right way or on its head, 2 to 6 on its side, 1 where nothing is clear.

    Taken patch by patch, so that a page lying askew does not blur it.
    """
    small = resized(pixels, min(1.0, LOOKED_AT / max(pixels.shape[:2])))
    soft = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (3, 3), 0)
    ink = (cv2.subtract(cv2.boxFilter(soft, cv2.CV_8U, (31, 31)), soft) > 14).astype(np.float32)
    high, wide = ink.shape
    side = max(60, min(high, wide) // 5)
    across = down = 0.0
    for y in range(0, high - side + 1, side):
        for x in range(0, wide - side + 1, side):
            patch = ink[y : y + side, x : x + side]
            across += float(patch.sum(axis=1).var())
            down += float(patch.sum(axis=0).var())
    return down / across if across else 1.0


def upended(seen: Sequence[Seen]) -> bool:
    """Whether the page lies on its side: most of what is seen is higher than wide."""
    tall = even = 0.0
    for each in seen:
        (x0, y0), (x1, y1), _, (x3, y3) = each.quad
        along, down = math.hypot(x1 - x0, y1 - y0), math.hypot(x3 - x0, y3 - y0)
        if down > 1.5 * along:
            tall += down
        elif along > 1.5 * down:
            even += along
    return tall > even


def moved(points: Sequence[Point], matrix: Matrix) -> list[Point]:
    """The points under a plane projection."""
    given = np.array([[x, y, 1.0] for x, y in points]) @ matrix.T
    flat = given[:, :2] / given[:, 2:]
    return [(float(x), float(y)) for x, y in flat]


def all_moved(seen: Sequence[Seen], matrix: Matrix) -> list[Seen]:
    """What was seen, its corners under a plane projection."""
    out = []
    for each in seen:
        a, b, c, d = moved(each.quad, matrix)
        quad: Quad = (a, b, c, d)
        out.append(Seen(each.text, quad, each.sure))
    return out
