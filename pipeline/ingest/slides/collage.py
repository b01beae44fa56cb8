"""The pictures of a slide put where they stand on it: what there is to recognise."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PIL import Image, ImageOps

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Box
from pipeline.ingest.scans import image
from pipeline.ingest.slides import emf

MOST_PICTURES = 500
MOST_DECODED = 20 * image.MOST_PIXELS
"""Of all pictures of a slide together, before they are made as small as they stand there."""
COARSEST, FINEST = 150.0, 400.0
"""Pixels an inch of what is put together: as fine as the finest picture on it, in these bounds."""
WMF = b"\xd7\xcd\xc6\x9a"
"""What a placeable metafile begins with ([MS-WMF] 2.3.2.3)."""


@dataclass(frozen=True, slots=True)
class Placed:
    """How a picture stands on a slide: its box in points before it is turned, what is cut off its
    sides (left, top, right, bottom, as shares; below 0 where there is a margin), how far it is
    turned clockwise in degrees, and whether it is mirrored."""

    box: Box
    cut: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    turned: float = 0.0
    mirrored: bool = False
    upside_down: bool = False


def collage(
    pictures: Iterable[tuple[str, Placed]],
    size: tuple[float, float],
    part: Callable[[str], bytes | None],
) -> Image.Image:
    """The pictures, in the order in which they cover each other, on white, in RGB; `size` is the
    slide's in points, `part` gives a picture's bytes by its name.

    Those that cannot be shown are left out; if that is all of them: Unreadable(part_missing,
    unsupported_format, corrupt, limit_pixels). Raises limit_pixels and limit_objects too.
    """
    reasons: list[Reason] = []
    shown: list[tuple[Image.Image, Placed]] = []
    decoded, kept, finest = 0, 0, COARSEST
    for count, (name, how) in enumerate(pictures):
        if count >= MOST_PICTURES:
            raise Unreadable("limit_objects", f"more than {MOST_PICTURES} pictures on a slide")
        try:
            whole = _decoded(part(name))
        except Unreadable as error:
            reasons.append(error.reason)
            continue
        decoded += whole.width * whole.height
        cut = _cut(whole, how)
        if cut is not None:
            kept += cut.width * cut.height
            finest = max(finest, cut.width / (how.box[2] - how.box[0]) * 72)
            shown.append((cut, how))
        if decoded > MOST_DECODED or kept > image.MOST_PIXELS:
            raise Unreadable("limit_pixels", str(decoded))
    if not shown:
        raise Unreadable(reasons[0] if reasons else "part_missing")
    # no finer than the most pixels allow
    finest = min(finest, FINEST, 72 * math.sqrt(image.MOST_PIXELS / max(size[0] * size[1], 1.0)))
    paper = Image.new("RGB", _pixels(size[0], size[1], finest), "white")
    for cut, how in shown:
        _draw(paper, cut, how, finest)
    return paper


def _pixels(wide: float, high: float, dpi: float) -> tuple[int, int]:
    return max(int(wide * dpi / 72), 1), max(int(high * dpi / 72), 1)


def _decoded(data: bytes | None) -> Image.Image:
    if data is None:
        raise Unreadable("part_missing")
    # drawings of Windows, which Windows alone draws
    if emf.is_emf(data) or data.startswith(WMF):
        raise Unreadable("unsupported_format", "emf or wmf")
    return image.picture(data, 1)


def _cut(whole: Image.Image, how: Placed) -> Image.Image | None:
    """What is seen of a picture, no finer than `FINEST`; None where nothing is."""
    left, top, right, bottom = (max(share, 0.0) for share in how.cut)
    inner = (
        left * whole.width, top * whole.height,
        (1 - right) * whole.width, (1 - bottom) * whole.height,
    )  # fmt: skip
    wide, high = how.box[2] - how.box[0], how.box[3] - how.box[1]
    if inner[0] + 1 > inner[2] or inner[1] + 1 > inner[3] or wide < 1 or high < 1:
        return None
    most = _pixels(min(wide, 1e6), min(high, 1e6), FINEST)
    size = min(most[0], round(inner[2] - inner[0])), min(most[1], round(inner[3] - inner[1]))
    return whole.resize(size, Image.Resampling.LANCZOS, inner)


def _draw(paper: Image.Image, cut: Image.Image, how: Placed, dpi: float) -> None:
    left, top, right, bottom = how.box
    wide, high = _pixels(right - left, bottom - top, dpi)
    if wide * high > image.MOST_PIXELS:
        # far larger than the slide: nothing of it can be meant to be read
        return
    layer = cut.resize((wide, high), Image.Resampling.LANCZOS)
    if how.mirrored:
        layer = ImageOps.mirror(layer)
    if how.upside_down:
        layer = ImageOps.flip(layer)
    seen = Image.new("L", layer.size, 255)
    if how.turned % 360:
        layer = layer.rotate(-how.turned, Image.Resampling.BICUBIC, expand=True)
        seen = seen.rotate(-how.turned, expand=True)
    x = round((left + right) / 2 * dpi / 72 - layer.width / 2)
    y = round((top + bottom) / 2 * dpi / 72 - layer.height / 2)
    paper.paste(layer, (x, y), seen)
