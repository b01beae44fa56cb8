"""A folder with its OUT, and a worker that does as files tell it: for tests of originals."""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from pipeline.cli.originals import Originals
from pipeline.ingest.confined import landlock
from pipeline.ingest.word import office
from pipeline.review.originals import Asked, Shown
from tests.ingest.made_files import pdf, said

posix = pytest.mark.skipif(os.name != "posix", reason="links and rights are tried here")
needs = pytest.mark.skipif(office.available() is None, reason="LibreOffice is not installed")
LANDLOCK = sys.platform == "linux" and landlock.version(ctypes.CDLL(None)) > 0
PAPER = pdf(said(40, 250, "First page"), said(40, 250, "Second page"))

MOCK = """
import os, sys, time
from pathlib import Path
from pipeline.ingest.confined import records, worker
from pipeline.ingest.shown.worker import Opened

def prepare(setup):
    opened = Opened(records.decoded(setup["scratch"]))
    def answer(job):
        if job["do"] == "wake":
            return opened.answer(job)
        does = job.get("path", "").rpartition("/")[2].partition(".")[0]
        if does == "poison":
            os.kill(os.getpid(), 9)
        if does == "hang":
            time.sleep(60)
        if does == "liar":
            return {"number": job["number"], "stamp": [1, 1], "png": "AAAA", "page": 1,
                    "pages": 1, "width": 1, "height": 1}
        if does == "shapeless":
            good = Opened(records.decoded(setup["scratch"])).answer(job)
            return good | {"page": "../../" + str(good["page"])}
        # the right bytes, but not in a file of the worker's own
        original, scratch = records.decoded(job["folder"]) / job["path"], setup["scratch"]
        scratch = records.decoded(scratch)
        if does == "link":
            name = "left-%d" % job["number"]
            (scratch / name).symlink_to(original)
            return {"number": job["number"], "stamp": [1, 1], "left": name}
        if does == "climb":
            return {"number": job["number"], "stamp": [1, 1],
                    "left": os.path.relpath(original, scratch)}
        if does == "spy":
            try:
                Path(records.decoded(job["folder"]).parent, "out", "ledger.sqlite").read_bytes()
                return {"number": job["number"], "reason": "it reads the ledger"}
            except OSError:
                return {"number": job["number"], "reason": "unsupported"}
        return opened.answer(job)
    return answer

worker.serve(prepare)
"""


class Case:
    """A submission folder and its OUT."""

    def __init__(self, place: Path) -> None:
        self.folder, self.out = place / "单位", place / "out"
        self.folder.mkdir()
        self.out.mkdir()

    def put(self, path: str, data: bytes = PAPER) -> Path:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return place

    def asked(self, path: str, data: bytes = PAPER, page: int = 1, text: str = "") -> Asked:
        return Asked(self.out, str(self.folder), path, hashlib.sha256(data).hexdigest(), page, text)

    def names(self) -> list[str]:
        return sorted(each.name for each in (self.out / "pages").iterdir())


def size(shown: Shown) -> tuple[int, int]:
    assert shown.picture is not None, shown
    with Image.open(shown.picture) as picture:
        picture.load()
        return picture.size


def made(shows: Originals, asked: Asked) -> Shown:
    """What is shown when it has been made: for LibreOffice nobody waits at first."""
    until = time.monotonic() + 120
    while (shown := shows.show(asked)).reason == "pending" and time.monotonic() < until:
        time.sleep(0.05)
    return shown
