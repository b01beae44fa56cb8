"""A photo of a paper made a sheet: cut out and laid flat where its corners are clear, its light
evened where there is a shadow."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.ingest.scans.ocr import Pixels
from pipeline.ingest.scans.upright import Sheet, resized

SHORT_SIDE = 2_500
"""Pixels: A4 at 300 dpi. More say nothing more about letters."""
LOOKED_AT = 640
"""Pixels of the longer side at which a sheet's corners and its light are looked for."""
LEAST_SHEET = 0.2
"""Share of a photo that the paper takes up at least."""
ASKEW = 0.012
"""Share of the picture by which a corner is off a straight rectangle: less is a scanner's edge."""
DARKER = 20
"""Grey levels by which what lies around the paper is darker."""
ELSEWHERE = 0.1
"""Share of what lies around it that may be as light as the paper: more may be a second paper, and
nothing is cut off."""
UNEVEN = 0.82
"""The darkest part of the paper against the lightest: below this there is a shadow."""
DARK_PAGE = 90


def sheet_of(picture: Pixels) -> Sheet:
    """The picture as a sheet: not larger than is of use, a photographed paper cut out and laid
    flat, its light evened."""
    sheet = Sheet(picture, np.eye(3))
    short = min(picture.shape[:2])
    if short > SHORT_SIDE:
        sheet = sheet.scaled(SHORT_SIDE / short)
    corners = _corners(sheet.pixels)
    if corners is not None:
        sheet = sheet.flattened(corners)
    return Sheet(_even(sheet.pixels), sheet.back)


def _small(pixels: Pixels) -> tuple[Pixels, float]:
    scale = min(1.0, LOOKED_AT / max(pixels.shape[:2]))
    return resized(pixels, scale), scale


# --- a photographed paper -----------------------------------------------------------------------


def _corners(pixels: Pixels) -> NDArray[np.float32] | None:
    """The corners of a paper lying on something darker and seen askew: top left, top right,
    bottom right, bottom left. None for a scan, or where no four corners are clear."""
    small, scale = _small(pixels)
    if min(small.shape[:2]) < 100:
        return None
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    for mask in _papers(small, np.asarray(grey, np.uint8)):
        found = _four(mask)
        if found is not None and _lies_on_darker(np.asarray(grey, np.uint8), found):
            return np.asarray(found / scale, np.float32)
    return None


def _papers(small: Pixels, grey: Pixels) -> Iterator[Pixels]:
    """What may be paper, the surest first: what an edge encloses, what has no colour, what is
    bright (of a paper half in the shadow that is half the paper)."""
    soft = cv2.GaussianBlur(grey, (0, 0), 2)
    edges = cv2.dilate(cv2.Canny(soft, 20, 60), np.ones((5, 5), np.uint8))
    outlines, _ = cv2.findContours(edges, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    enclosed = np.zeros_like(grey)
    cv2.drawContours(enclosed, outlines, -1, 255, cv2.FILLED)
    yield np.asarray(cv2.erode(enclosed, np.ones((5, 5), np.uint8)), np.uint8)
    colour = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2HSV)[..., 1], (0, 0), 2)
    _, pale = cv2.threshold(colour, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    yield np.asarray(pale, np.uint8)
    _, bright = cv2.threshold(soft, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    yield np.asarray(bright, np.uint8)


def _four(mask: Pixels) -> NDArray[np.float64] | None:
    """The corners of the largest shape, if it is a large quadrilateral that is not upright."""
    high, wide = mask.shape
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    hull = cv2.convexHull(max(outlines, key=cv2.contourArea))
    rough = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, True), True).reshape(-1, 2)
    area = cv2.contourArea(hull)
    if len(rough) != 4 or area < LEAST_SHEET * wide * high:
        return None
    middle = rough.mean(axis=0)
    around = sorted(rough, key=lambda at: math.atan2(at[1] - middle[1], at[0] - middle[0]))
    first = min(range(4), key=lambda at: float(sum(around[at])))
    four = np.array([*around[first:], *around[:first]], np.float64)
    edge = 2.0
    inner = (four[:, 0] > edge) & (four[:, 0] < wide - 1 - edge)
    inner &= (four[:, 1] > edge) & (four[:, 1] < high - 1 - edge)
    if inner.sum() < 3 or area < 0.96 * cv2.contourArea(four.astype(np.float32)):
        return None
    x, y = four[:, 0], four[:, 1]
    off = max(abs(x[0] - x[3]), abs(x[1] - x[2])) / wide
    off = max(off, abs(y[0] - y[1]) / high, abs(y[3] - y[2]) / high)
    return four if off > ASKEW and _nearly_square(four) else None


def _nearly_square(four: NDArray[np.float64]) -> bool:
    """Whether every corner is between 60 and 120 degrees."""
    for at in range(4):
        one, two = four[at - 1] - four[at], four[(at + 1) % 4] - four[at]
        if abs(one @ two) > 0.5 * np.linalg.norm(one) * np.linalg.norm(two):
            return False
    return True


def _lies_on_darker(grey: Pixels, four: NDArray[np.float64]) -> bool:
    inside = np.zeros_like(grey)
    cv2.fillConvexPoly(inside, four.astype(np.int32), 1)
    outside = grey[inside == 0]
    if not outside.size:
        return False
    light = float(np.median(grey[inside == 1])) - DARKER
    return bool(np.median(outside) < light and (outside > light).mean() < ELSEWHERE)


# --- light --------------------------------------------------------------------------------------


def _even(pixels: Pixels) -> Pixels:
    """The paper equally light everywhere, where it was not: each colour divided by the paper's."""
    small, _ = _small(pixels)
    side = max(3, min(small.shape[:2]) // 25) | 1
    paper = cv2.dilate(small, np.ones((side, side), np.uint8))
    paper = cv2.GaussianBlur(cv2.medianBlur(paper, min(side, 255)), (0, 0), side)
    light = cv2.cvtColor(paper, cv2.COLOR_RGB2GRAY)
    low, middle, most = np.percentile(light, (3, 50, 97))
    if middle < DARK_PAGE or low > UNEVEN * most:
        return pixels
    high, wide = pixels.shape[:2]
    out = np.empty_like(pixels)
    for colour in range(3):
        ground = cv2.resize(paper[..., colour], (wide, high), interpolation=cv2.INTER_LINEAR)
        out[..., colour] = cv2.divide(pixels[..., colour], ground, scale=245)
    return out
