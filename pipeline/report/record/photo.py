"""Photographs: files of which nothing is left to be read, and which are no less evidence."""

from __future__ import annotations

from typing import Any

PICTURES = ("jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "heic", "heif")


def is_photo(file: dict[str, Any]) -> bool:
    """Whether a file of the ledger is a picture in which no letters were found."""
    suffix = str(file["path"]).rpartition(".")[2].lower()
    return file["reason"] == "no_words" and suffix in PICTURES
