"""A picture for a screen: a PNG of few enough bytes to be there at once over an office's network.

Few colours first, then fewer, then fewer pixels: letters stay legible down to sixteen colours.
"""

from __future__ import annotations

import io

from PIL import Image

MOST_BYTES = 300_000
COLOURS = (128, 48, 16)
SHRINK = 0.75
LEAST_WIDE = 320
"""Pixels: what is smaller is shown, however many bytes it has."""


def png(picture: Image.Image) -> bytes:
    """The picture as a PNG of at most `MOST_BYTES` (a very small one may have more)."""
    while True:
        for colours in COLOURS:
            data = _written(picture, colours)
            if len(data) <= MOST_BYTES:
                return data
        if picture.width <= LEAST_WIDE:
            return data
        wide, high = (max(1, round(side * SHRINK)) for side in picture.size)
        picture = picture.resize((wide, high), Image.Resampling.BOX)


def _written(picture: Image.Image, colours: int) -> bytes:
    out = io.BytesIO()
    # of the ways to choose colours the only one that takes a few milliseconds
    few = picture.quantize(colours, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(out, "PNG", compress_level=5)
    return out.getvalue()
