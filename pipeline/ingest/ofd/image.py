"""A picture in an OFD package as an image of a PDF page: how `picture` shows it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from pipeline.errors import Unreadable
from pipeline.ingest.scans.image import FAILURES, MOST_PIXELS, header

FORMATS = ("PNG", "JPEG", "BMP", "DIB", "TIFF", "GIF", "WEBP")
JBIG2 = b"\x97JB2\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Pixels:
    """The stream of an image XObject and what its dictionary says; its width times its height; its
    soft mask."""

    words: str
    data: bytes
    area: int
    veil: Pixels | None = None


def pixels(data: bytes, wide: int, high: int) -> Pixels:
    """The image in `data`, no finer than it is to be shown (`wide` x `high` pixels).

    Raises Unreadable: limit_pixels, unsupported_format, corrupt.
    """
    if data.startswith(JBIG2):
        return _two_level(data)
    try:
        with header(data, FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Unreadable("limit_pixels", f"{image.width} x {image.height}")
            image.draft(None, (wide, high))
            if image.width > 2 * wide and image.height > 2 * high:
                image.thumbnail((2 * wide, 2 * high))
            return _plain(image)
    except Image.DecompressionBombError as error:
        raise Unreadable("limit_pixels", str(error)) from None
    except UnidentifiedImageError:
        raise Unreadable("unsupported_format", "image") from None
    except FAILURES as error:
        raise Unreadable("corrupt", f"image: {error}") from None


def _plain(image: Image.Image) -> Pixels:
    veil = None
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        veil = _stream(image.getchannel("A"), "/DeviceGray")
    if image.mode in ("1", "L"):
        return _stream(image.convert("L"), "/DeviceGray", veil)
    return _stream(image.convert("RGB"), "/DeviceRGB", veil)


def _stream(image: Image.Image, space: str, veil: Pixels | None = None) -> Pixels:
    words = (
        f"/Width {image.width} /Height {image.height} /ColorSpace {space} /BitsPerComponent 8"
        " /Filter /FlateDecode"
    )
    return Pixels(words, zlib.compress(image.tobytes(), 1), image.width * image.height, veil)


def _two_level(data: bytes) -> Pixels:
    """JBIG2 as it stands in files (ISO/IEC 14492, annex D.1), without the header of the file.

    A file of segments in random order, or without the page's size at its beginning, is not read.
    """
    flags = data[8:9]
    if not flags or not flags[0] & 1:
        raise Unreadable("unsupported_format", "jb2")
    body = data[9:] if flags[0] & 2 else data[13:]
    # the first segment says how large the page is: number, type 48, no references, page 1, length
    if body[4:5] != b"\x30" or len(body) < 19:
        raise Unreadable("unsupported_format", "jb2")
    wide, high = int.from_bytes(body[11:15], "big"), int.from_bytes(body[15:19], "big")
    if not 0 < wide * high <= MOST_PIXELS:
        raise Unreadable("limit_pixels", f"{wide} x {high}")
    words = (
        f"/Width {wide} /Height {high} /ColorSpace /DeviceGray /BitsPerComponent 1"
        " /Filter /JBIG2Decode"
    )
    return Pixels(words, body, wide * high)
