"""Pictures that are pages of a Word paper: scans and photos pasted in, told from logos, seals."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree
from PIL import Image

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Page
from pipeline.ingest.packed import opc
from pipeline.ingest.scans import image
from pipeline.ingest.word.odf import UNITS
from pipeline.ingest.word.wordml import EMU, whole

MOST = 500
"""Pictures of one paper."""
SHARE = 0.4
"""Of the page's width and of its height that a picture takes which is a page itself."""
MANY_PIXELS = 800
"""A picture with more than this each way, in the shape of a sheet, is one however small it is
drawn: the paper was photographed and made to fit."""
SHEET = (1.2, 1.6)
"""The longer side of a sheet or of a photo in shorter ones: A4 is 1.41, 4:3 is 1.33."""
FEW_PIXELS = 100
"""In a paper of pictures only, those with fewer than this each way are bullets and lines."""
A4 = (595.3, 841.9)
_RASTER = ("PNG", "JPEG", "TIFF", "BMP", "WEBP", "GIF")
_STYLE = re.compile(r"(?:^|;)\s*(width|height):\s*([0-9.]+)(pt|in|cm|mm|px|)\s*(?=;|$)")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture where it is drawn: the relationship to its part, width and height in points (0
    where the paper does not say)."""

    link: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Scan:
    """A picture that is a page: its part, width and height in points, why it cannot be shown."""

    part: str
    width: float
    height: float
    reason: Reason | None = None


def extent(element: etree._Element) -> tuple[float, float] | None:
    """Width and height in points of an element that places a drawing; None for all others."""
    if element.tag.endswith(("}inline", "}anchor")):
        given = element.find("{*}extent")
        if given is not None:
            return _points(given.get("cx")), _points(given.get("cy"))
    style = element.get("style")
    if style and "width" in style:
        sides = {side: float(size) * UNITS[unit or "pt"] for side, size, unit in _sides(style)}
        return sides.get("width", 0.0), sides.get("height", 0.0)
    return None


def _points(emu: str | None) -> float:
    return (whole(emu) or 0) / EMU


def _sides(style: str) -> list[tuple[str, str, str]]:
    found = _STYLE.findall(style[:1000])
    return [each for each in found if each[1].count(".") < 2 and each[1] != "."]


def scans(
    package: zipfile.ZipFile,
    parts: dict[str, str],
    drawn: Iterable[Picture],
    page: tuple[float, float],
    only: bool,
) -> list[Scan]:
    """Those of the drawn pictures that are pages, each part once, in their order; at most `MOST`
    and one more, which says that there are more.

    `parts` are the paper's relationships to parts, `page` the width and height of its pages in
    points, `only` whether the paper holds hardly anything but pictures.
    """
    found: dict[str, Scan] = {}
    seen: set[tuple[str, bool]] = set()
    for each in drawn:
        part = parts.get(each.link)
        large = each.width >= SHARE * page[0] and each.height >= SHARE * page[1]
        if part is None or part in found or (part, large) in seen:
            continue
        seen.add((part, large))
        scan = _scan(package, part, each, large, only)
        if scan:
            found[part] = scan
        if len(found) > MOST:
            break
    return list(found.values())


def pages(scans: Sequence[Scan]) -> Iterator[Page]:
    """The pages that follow the paper itself, page 1: no more than `MOST`."""
    for number, scan in enumerate(scans[:MOST], 2):
        yield Page(number, (), scan.width, scan.height, scan.reason or "no_text_layer")


def picture(package: zipfile.ZipFile, scans: Sequence[Scan], number: int) -> Image.Image:
    """The picture that is page `number` (from 2) of the paper, in red, green and blue.

    Raises Unreadable: no_text_layer where there is none, and as `scans.image.picture`.
    """
    if not 2 <= number < len(scans[:MOST]) + 2:
        raise Unreadable("no_text_layer", f"no picture {number}")
    scan = scans[number - 2]
    if scan.reason:
        raise Unreadable(scan.reason)
    return image.picture(opc.part(package, scan.part) or b"", 1)


def _scan(
    package: zipfile.ZipFile, part: str, drawn: Picture, large: bool, only: bool
) -> Scan | None:
    try:
        data = opc.part(package, part)
        size = _size(data) if data else None
    except Unreadable as refusal:
        return Scan(part, drawn.width, drawn.height, refusal.reason) if large else None
    if size is None:
        # drawn by commands (EMF, WMF, SVG), or not there
        return None
    wide, high = size
    if not large:
        least = FEW_PIXELS if only else MANY_PIXELS
        if min(size) <= least or not (only or SHEET[0] <= max(size) / min(size) <= SHEET[1]):
            return None
    width, height = drawn.width, drawn.height
    if not width or not height:
        width, height = A4[0], A4[0] * high / wide
    reason: Reason | None = "limit_pixels" if wide * high > image.MOST_PIXELS else None
    return Scan(part, round(width, 2), round(height, 2), reason)


def _size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, from the header alone; None for what is no picture of pixels.
    Raises Unreadable: corrupt, limit_pixels."""
    if not data.startswith(_BEGINS):
        return None
    Image.init()
    try:
        with image.header(data, _RASTER) as opened:
            size = opened.size
    except Image.DecompressionBombError:
        raise Unreadable("limit_pixels") from None
    except image.FAILURES as error:
        raise Unreadable("corrupt", str(error)) from None
    return size if min(size) > 0 else None


_BEGINS = (b"\x89PNG", b"\xff\xd8", b"II*\0", b"MM\0*", b"BM", b"RIFF", b"GIF8")
