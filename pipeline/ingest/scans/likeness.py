"""What a picture looks like, in 256 bits: alike for one photo however it was sent on.

The perceptual hash by discrete cosine transform: the picture made small and grey, its lowest
frequencies, each above or below their median. Resizing, another format, stronger compression, a
date stamped in a corner change a few bits; another photo changes nearly half of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import cv2
import numpy as np
from PIL import Image, ImageOps

from pipeline.errors import Unreadable
from pipeline.ingest.packed import opc
from pipeline.ingest.scans.image import FAILURES, bounded, load, opaque, opened

SIDE, KEPT = 64, 16
"""Pixels of the small picture's side, and frequencies kept of each direction: 256 bits, as 64 take
two photos of one meeting room for one."""
PLAIN = 4.0
"""Standard deviation of the small picture (of 255) below which nothing is to be seen on it."""
PALE, COLOURFUL = 0.55, 30.0
"""Share of pixels nearly as bright as the brightest ones from which on a picture is a sheet, unless
its colours are as strong as this (mean difference between the channels, of 255). Scans and
photographed papers had 0.86 to 0.91, photos at most 0.39."""
LEAST = 200
"""Pixels of the shorter side below which a pasted picture is a logo, a seal or a bullet."""
MOST = 40
"""Pictures of one paper that are kept to be known again: one with more is an album."""
DECODED = 512
"""Pixels of the side to which a JPEG is decoded at least: an eighth of the work of a whole one."""
_PICTURE = re.compile(r"(?:^|/)(?:media|Pictures|Res)/[^/]+\.(?:png|jpe?g|bmp|tiff?|webp|gif)$",
                      re.I)


def likeness(picture: Image.Image) -> str:
    """64 hex digits for a picture; "" for one on which nothing is to be seen, and for a sheet of
    paper: one looks like the other, and its words tell them apart."""
    if _sheet(picture):
        return ""
    grey = picture.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
    pixels = np.asarray(grey, dtype=np.float32)
    if float(pixels.std()) < PLAIN:
        return ""
    low = cv2.dct(pixels)[:KEPT, :KEPT].ravel()
    bits = low > np.median(low[1:])  # the first is the picture's brightness alone
    return np.packbits(bits).tobytes().hex()


def _sheet(picture: Image.Image) -> bool:
    colours = np.asarray(picture.convert("RGB").resize((256, 256), Image.Resampling.BOX), np.int16)
    grey = colours.mean(axis=2)
    pale = float((grey >= 0.82 * np.percentile(grey, 98)).mean())
    return pale >= PALE and float(np.ptp(colours, axis=2).mean()) < COLOURFUL


def of_picture(data: bytes) -> Iterator[tuple[int, str]]:
    """The likeness of each frame of a picture file, of at most `MOST`: (number from 1, likeness).
    Raises Unreadable: corrupt, limit_pixels."""
    for number in range(1, MOST + 1):
        with opened(data) as image:
            try:
                image.seek(number - 1)
            except EOFError:
                return
            except FAILURES as error:
                raise Unreadable("corrupt", str(error)) from None
            seen = likeness(_small(image))
            moving = image.format != "TIFF"
        if seen:
            yield number, seen
        if moving:
            return


def of_package(data: bytes) -> Iterator[tuple[int, str]]:
    """The likeness of each picture in a package (OOXML, ODF, OFD) that is no logo or bullet:
    (number in the order of their names, likeness). A picture that cannot be decoded has none.
    Raises Unreadable: corrupt, limit_members, limit_ratio, limit_size."""
    with opc.open_zip(data) as package:
        names = sorted((name for name in package.namelist() if _PICTURE.search(name)), key=_natural)
        for number, name in enumerate(names[:MOST], 1):
            try:
                with opened(opc.part(package, name) or b"") as image:
                    seen = likeness(_small(image)) if min(image.size) >= LEAST else ""
            except Unreadable:
                continue
            if seen:
                yield number, seen


def of_pages(data: bytes) -> Iterator[tuple[int, str]]:
    """The likeness of each picture on a PDF's pages that is no logo or bullet, of the first `MOST`:
    (number in the order of the pages, likeness). Raises Unreadable: encrypted, corrupt."""
    from pipeline.ingest.pdf.photos import photos

    for number, image in enumerate(islice(photos(data, LEAST), MOST), 1):
        try:
            seen = likeness(_small(image))
        except Unreadable:
            continue
        if seen:
            yield number, seen


def _small(image: Image.Image) -> Image.Image:
    """The picture as it is to be seen, decoded no larger than is needed here."""
    try:
        bounded(image)
        image.draft("RGB", (DECODED, DECODED))
        load(image)
        return opaque(ImageOps.exif_transpose(image))
    except FAILURES as error:
        raise Unreadable("corrupt", str(error)) from None


def _natural(name: str) -> tuple[int, str]:
    """image2 before image10, whatever their endings."""
    number = re.search(r"([0-9]{1,9})\.[a-z]+$", name, re.I)
    return int(number[1]) if number else 0, name
