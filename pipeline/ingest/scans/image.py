"""Pictures: what their header says, and their pixels as they are meant to be seen.

Reading a picture gives its pages without text: recognising is a step of its own (`page`).
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator

from PIL import Image, ImageFile, ImageOps

from pipeline.errors import Unreadable
from pipeline.evidence import Page

MOST_PIXELS = 100_000_000
MOST_FRAMES = 5_000
PLAUSIBLE = (50.0, 1_200.0)
"""Dots per inch: what lies outside was never measured."""
A4_WIDE = 595.0
LARGE = 1_700.0
"""Points of the longer side of A2. A picture that claims to be larger has the placeholder 72 or 96
for its resolution, as every phone writes it."""
LEAST_LOST = 32
"""Rows of pixels that may be missing at the end of a picture: two rows of JPEG's largest blocks
(ITU-T T.81, A.2), of which a decoder without the end of the data is not sure."""
ORIENTATION = 0x0112
"""EXIF tag: how the camera was held, 5 to 8 for on its side."""
FORMATS = ("PNG", "JPEG", "MPO", "TIFF", "BMP", "DIB", "WEBP", "GIF", "HEIF", "AVIF")
FAILURES = (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, AttributeError,
            EOFError, OverflowError, ZeroDivisionError, NotImplementedError, RuntimeError,
            AssertionError, struct.error, Image.DecompressionBombError)  # fmt: skip
"""What Pillow and its plugins are known to raise on a broken file."""


def read(data: bytes) -> Iterator[Page]:
    """One page without blocks for each frame of a TIFF, one for any other picture; all `unread`
    "no_text_layer". Width and height in points, as the picture is to be seen.

    Raises Unreadable: corrupt (also one that was cut short by more than its last rows),
    limit_pixels, limit_pages, unsupported_format.
    """
    with opened(data) as image:
        number = 0
        while number == 0 or image.format == "TIFF":
            # the others move: their first frame says it all
            number += 1
            try:
                image.seek(number - 1)
            except EOFError:
                return
            except FAILURES as error:
                yield _lost(number, error)
                return
            if number > MOST_FRAMES:
                raise Unreadable("limit_pages", f"more than {MOST_FRAMES}")
            bounded(image)
            try:
                load(image)
                width, height = points(image)
            except FAILURES as error:
                yield _lost(number, error)
                continue
            yield Page(number, (), width, height, "no_text_layer")


def _lost(number: int, error: Exception) -> Page:
    """A frame that cannot be decoded; a picture whose first cannot is no picture."""
    if number == 1:
        raise Unreadable("corrupt", str(error)) from None
    return Page(number, (), unread="corrupt")


def picture(data: bytes, number: int) -> Image.Image:
    """Frame `number` (from 1) in red, green and blue, turned as the camera was held; what is
    transparent is white, or black behind light letters. Raises Unreadable as `read`."""
    with opened(data) as image:
        try:
            if number != 1:
                image.seek(number - 1)
            bounded(image)
            load(image)
            return opaque(ImageOps.exif_transpose(image))
        except FAILURES as error:
            raise Unreadable("corrupt", str(error)) from None


def header(data: bytes, formats: list[str] | tuple[str, ...]) -> Image.Image:
    """A picture whose header alone has been read, as one of these formats of Pillow's; raises
    `FAILURES`. Pillow's warning of large ones would go to the terminal: the caller has a limit."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Image.open(io.BytesIO(data), formats=formats)


def opened(data: bytes) -> Image.Image:
    """A picture whose header has been read; its pixels have not. Raises Unreadable: corrupt,
    limit_pixels."""
    if data[4:8] == b"ftyp":
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False)
    # our own limit stands below
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        image = header(data, _formats())
    except FAILURES as error:
        raise Unreadable("corrupt", str(error)) from None
    bounded(image)
    return image


def load(image: Image.Image) -> None:
    """The pixels; the last rows may be the decoder's guess where the data break off in them. Raises
    `FAILURES`."""
    try:
        image.load()
    except OSError:
        # what was not decoded is still zero, except where it is the ground of the frame before
        kept = image.format in ("JPEG", "MPO", "PNG") and getattr(image, "_im", None)
        box = image.im.getbbox() if kept else None
        if box is None or image.height - box[3] > max(LEAST_LOST, image.height // 50):
            raise
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            image.load()
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False


def _formats() -> list[str]:
    Image.init()
    return [name for name in FORMATS if name in Image.OPEN]


def bounded(image: Image.Image) -> None:
    """Raises Unreadable: limit_pixels, or corrupt for a frame without any."""
    wide, high = image.size
    if wide * high > MOST_PIXELS:
        raise Unreadable("limit_pixels", f"{wide} x {high}")
    if not wide or not high:
        raise Unreadable("corrupt", f"{wide} x {high}")


def points(frame: Image.Image) -> tuple[float, float]:
    """Width and height in points, as the frame is to be seen: from the resolution where it can be
    true, else of a sheet as wide as A4."""
    wide, high = frame.size
    given = frame.info.get("dpi") or (0.0, 0.0)
    try:
        across, down = float(given[0]), float(given[1])
    except (*FAILURES,):
        across = down = 0.0
    low, most = PLAUSIBLE
    if low <= across <= most and low <= down <= most and 0.2 < across / down < 5:
        width, height = wide * 72 / across, high * 72 / down
    else:
        width = height = float("inf")
    if max(width, height) > LARGE:
        scale = min(A4_WIDE / min(wide, high), LARGE / max(wide, high))
        width, height = wide * scale, high * scale
    if frame.getexif().get(ORIENTATION, 1) in (5, 6, 7, 8):
        width, height = height, width
    return round(width, 2), round(height, 2)


def opaque(frame: Image.Image) -> Image.Image:
    """The picture in red, green and blue on white; on black where its own opaque letters are
    light."""
    if frame.mode.startswith("I;16") or frame.mode in ("I", "F"):
        # more than eight bits a pixel: converting would clip nearly all of it to white
        low, high = frame.getextrema()
        assert isinstance(low, (int, float)) and isinstance(high, (int, float))
        least, span = float(low), float(high) - float(low)
        if span < float(high) / 2:
            # a sheet with nothing on it stays one
            least, span = 0.0, 65_535.0 if frame.mode.startswith("I") and high > 255 else span
        scale = 255.0 / max(span, 1.0)
        frame = frame.convert("F").point(lambda value: value * scale - least * scale).convert("L")
    if "A" not in frame.getbands() and "transparency" not in frame.info:
        return frame.convert("RGB")
    layered = frame.convert("RGBA")
    alpha = layered.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return layered.convert("RGB")
    shown = alpha.point(lambda value: 255 if value > 127 else 0)
    grey = layered.convert("L").histogram(shown)
    drawn = sum(grey)
    light = drawn and sum(value * count for value, count in enumerate(grey)) > 200 * drawn
    ground = Image.new("RGBA", layered.size, "black" if light else "white")
    return Image.alpha_composite(ground, layered).convert("RGB")
