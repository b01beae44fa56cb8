"""Recognising letters on a picture: the libraries behind one function.

`rapidocr` with the models inside its own wheel; where it cannot be imported, the program
`tesseract` with its Chinese data. Neither is ever allowed to fetch anything.
"""

from __future__ import annotations

import io
import logging
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version as installed
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import Unreadable

Pixels = NDArray[np.uint8]
Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]

DETECTED_AT = 1280
"""Pixels of the longer side at which lines are looked for (they are then read at full size).
Measured on A4 at 200 dpi: 960 finds the same lines of 16 points but runs small ones together, 1600
costs a second more and finds no more."""
LARGEST = 6_000
"""Pixels of the longer side: more are scaled down before anything is looked for."""
PATIENCE = 120
"""Seconds that tesseract may take for a picture."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A stretch of text on a picture: its corners in pixels (top left, top right, bottom right,
    bottom left as the text runs) and how sure the library is of it, 0 to 1."""

    text: str
    quad: Quad
    sure: float


Recognise = Callable[[Pixels], list[Seen]]
"""A picture (grey, or red, green and blue) to what is seen on it, in no order to rely on."""


@cache
def recogniser() -> Recognise:
    """The best that is installed, made once a process; it uses one thread.

    Raises Unreadable(program_missing) where there is none. What it gives raises Unreadable:
    memory, timeout, crash (the library failed on this picture).
    """
    models = _models()
    if models:
        return _rapidocr(*models)
    program = _tesseract()
    if program:
        return _by_tesseract(program)
    raise Unreadable("program_missing", "rapidocr")


@cache
def version() -> str:
    """The library and its models, for the key of a cache; raises as `recogniser`."""
    models = _models()
    if models:
        names = " ".join(model.stem for model in models)
        return f"rapidocr {installed('rapidocr')} {names} onnxruntime {installed('onnxruntime')}"
    program = _tesseract()
    if program:
        said = subprocess.run([program, "--version"], capture_output=True, timeout=PATIENCE)
        return said.stdout.decode("ascii", "replace").splitlines()[0] + " chi_sim"
    raise Unreadable("program_missing", "rapidocr")


def _models() -> tuple[Path, Path] | None:
    """The files inside the wheel that find lines and that read them."""
    found = find_spec("rapidocr")
    if found is None or found.origin is None or find_spec("onnxruntime") is None:
        return None
    folder = Path(found.origin).parent / "models"
    finders, readers = sorted(folder.glob("*_det_*.onnx")), sorted(folder.glob("*_rec_*.onnx"))
    return (finders[-1], readers[-1]) if finders and readers else None


def _rapidocr(finder: Path, reader: Path) -> Recognise:
    from rapidocr import RapidOCR

    engine: Any = RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Global.max_side_len": LARGEST,
            # nothing is dropped for being doubtful: it is said how doubtful it is
            "Global.text_score": 0.0,
            # a path that is given is never looked up on the network
            "Det.model_path": str(finder),
            "Rec.model_path": str(reader),
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECTED_AT,
            # lines of one batch are padded to the longest: that costs time, and changes the result
            "Rec.rec_batch_num": 1,
            # workers stand side by side: one thread each
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)

    def recognise(picture: Pixels) -> list[Seen]:
        given = picture[..., ::-1] if picture.ndim == 3 else picture
        try:
            out = engine(np.ascontiguousarray(given))
        except MemoryError:
            raise Unreadable("memory") from None
        except Exception as error:
            if "alloc" in str(error):
                raise Unreadable("memory") from None
            raise Unreadable("crash", str(error)[:200]) from None
        if out.txts is None or out.boxes is None:
            return []
        return [
            Seen(text, _quad(box), round(float(sure), 3))
            for text, box, sure in zip(out.txts, out.boxes, out.scores, strict=True)
            if text.strip()
        ]

    return recognise


def _quad(box: Any) -> Quad:
    (a, b), (c, d), (e, f), (g, h) = ((float(x), float(y)) for x, y in box)
    return (a, b), (c, d), (e, f), (g, h)


# --- tesseract ----------------------------------------------------------------------------------


@cache
def _tesseract() -> str | None:
    program = shutil.which("tesseract")
    if program is None:
        return None
    said = subprocess.run([program, "--list-langs"], capture_output=True, timeout=PATIENCE)
    return program if b"chi_sim" in said.stdout.split() else None


def _by_tesseract(program: str) -> Recognise:
    # its own threads cost more than twice the time that they save
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}

    def recognise(picture: Pixels) -> list[Seen]:
        from PIL import Image

        png = io.BytesIO()
        Image.fromarray(picture).save(png, "PNG", compress_level=1)
        command = [program, "stdin", "stdout", "-l", "chi_sim", "--psm", "3", "tsv"]
        try:
            done = subprocess.run(
                command, input=png.getvalue(), capture_output=True, timeout=PATIENCE,
                env=environment,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Unreadable("timeout") from None
        if done.returncode:
            raise Unreadable("crash", done.stderr.decode("utf-8", "replace")[:200])
        return list(_lines(done.stdout.decode("utf-8", "replace")))

    return recognise


def _lines(table: str) -> Iterator[Seen]:
    """The lines in tesseract's TSV: columns level, page, block, paragraph, line, word, left, top,
    width, height, confidence (0 to 100, -1 for none), text."""
    lines: dict[tuple[str, ...], list[tuple[float, float, float, float, float, str]]] = {}
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != "5" or not cells[11].strip():
            continue
        left, top, wide, high, sure = (float(cell) for cell in cells[6:11])
        words = lines.setdefault(tuple(cells[1:5]), [])
        words.append((left, top, left + wide, top + high, max(sure, 0.0) / 100, cells[11]))
    for words in lines.values():
        x0, top = min(word[0] for word in words), min(word[1] for word in words)
        x1, bottom = max(word[2] for word in words), max(word[3] for word in words)
        text = words[0][5]
        for word in words[1:]:
            # words of Chinese are no words: a space stands between Latin ones alone
            text += (" " if text[-1].isascii() and word[5][0].isascii() else "") + word[5]
        letters = sum(len(word[5]) for word in words)
        sure = sum(word[4] * len(word[5]) for word in words) / letters
        yield Seen(text, ((x0, top), (x1, top), (x1, bottom), (x0, bottom)), round(sure, 3))
