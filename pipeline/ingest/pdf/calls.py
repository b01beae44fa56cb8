"""The pdfium functions that are called for every letter or drawing, declared with bare addresses.

The generated bindings wrap each handle in a pointer object, which costs more than the call itself.
These take and return integers; `address` turns a handle into one. All of them are short, so the
interpreter's lock is kept (pdfium is not thread-safe anyway).
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any

import pypdfium2.raw as pdfium

_ADDRESS, _INT = ctypes.c_void_p, ctypes.c_int
_INDEX = ctypes.c_void_p
"""An int, never negative, handed over as wide as a register: a quarter off the whole call."""


def _bare(function: Any, result: Any, *arguments: Any) -> Any:
    at = ctypes.cast(function, ctypes.c_void_p).value
    assert at is not None
    return ctypes.PYFUNCTYPE(result, *arguments)(at)


def address(handle: Any) -> int:
    """The address behind a handle of pypdfium2."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


loose_box = _bare(pdfium.FPDFText_GetLooseCharBox, _INT, _ADDRESS, _INDEX, _ADDRESS)
"""(text page, index, FLOATS) -> whether FLOATS now holds left, top, right, bottom."""
is_generated = _bare(pdfium.FPDFText_IsGenerated, _INT, _ADDRESS, _INDEX)
"""(text page, index) -> 1 for a letter that is not in the file."""
has_no_unicode = _bare(pdfium.FPDFText_HasUnicodeMapError, _INT, _ADDRESS, _INDEX)
"""(text page, index) -> 1 for a letter whose font does not say what it means."""
angle_of = _bare(pdfium.FPDFText_GetCharAngle, ctypes.c_float, _ADDRESS, _INDEX)
"""(text page, index) -> how far the letter is turned to the right, in radians from 0 to 2 pi;
below 0 where there is none."""
count_objects = _bare(pdfium.FPDFPage_CountObjects, _INT, _ADDRESS)
get_object = _bare(pdfium.FPDFPage_GetObject, _ADDRESS, _ADDRESS, _INDEX)
count_in_form = _bare(pdfium.FPDFFormObj_CountObjects, _INT, _ADDRESS)
get_in_form = _bare(pdfium.FPDFFormObj_GetObject, _ADDRESS, _ADDRESS, _INDEX)
kind_of = _bare(pdfium.FPDFPageObj_GetType, _INT, _ADDRESS)
bounds_of = _bare(pdfium.FPDFPageObj_GetBounds, _INT, _ADDRESS, *[_ADDRESS] * 4)
"""(object, *FOUR_FLOATS): FLOATS then holds left, bottom, right, top."""
matrix_of = _bare(pdfium.FPDFPageObj_GetMatrix, _INT, _ADDRESS, _ADDRESS)
"""(object, MATRIX): MATRIX then holds a, b, c, d, e, f."""
count_segments = _bare(pdfium.FPDFPath_CountSegments, _INT, _ADDRESS)
get_segment = _bare(pdfium.FPDFPath_GetPathSegment, _ADDRESS, _ADDRESS, _INDEX)
kind_of_segment = _bare(pdfium.FPDFPathSegment_GetType, _INT, _ADDRESS)
closes = _bare(pdfium.FPDFPathSegment_GetClose, _INT, _ADDRESS)
point_of = _bare(pdfium.FPDFPathSegment_GetPoint, _INT, _ADDRESS, _ADDRESS, _ADDRESS)
"""(segment, *TWO_FLOATS): FLOATS begins with x, y."""

floats = (ctypes.c_float * 6)()
"""Where the calls leave their numbers; `two`, `four` and `six` read them: `four(floats)`."""
FLOATS = ctypes.addressof(floats)
FOUR_FLOATS = tuple(FLOATS + 4 * place for place in range(4))
TWO_FLOATS = FOUR_FLOATS[:2]
MATRIX = FLOATS
two, four, six = (struct.Struct(f"{count}f").unpack_from for count in (2, 4, 6))
