"""Personal data in text, masked with the same length, so that every span still holds.

    mask            what people see and what leaves the house: numbers and names
    mask_numbers    what is kept: id, phone and card numbers are masked from the start
"""

from __future__ import annotations

from pipeline.privacy.names import mask_names
from pipeline.privacy.numbers import mask_numbers

__all__ = ["mask", "mask_numbers"]


def mask(text: str) -> str:
    """The text with id, phone and card numbers and personal names masked; the same length, the
    same everything else. Masking twice masks nothing more.
    """
    return mask_names(mask_numbers(text))
