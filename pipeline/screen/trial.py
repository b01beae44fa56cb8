"""The trial of `zuozheng selftest`: a small archive of good papers and of files that hang, exhaust
memory, crash, leave, talk rubbish or reach out, read as any archive is.

Each of them may cost its one file, for the promised reason; what the good papers say must be, byte
for byte, what they say when they are alone.
"""

from __future__ import annotations

import io
import os
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import orjson

from pipeline.errors import Reason
from pipeline.ingest.confined import orphans, records, worker
from pipeline.ingest.confined.records import Job, Record
from pipeline.screen.mock import MAGIC

WORKERS = 2
SECONDS = 20.0
"""Wall time for each file of the trial."""
HANGS = {"fault-hang": 2.0, "fault-spin": 2.0}
"""Wall time for those that are known to use all of it."""

PROMISED: dict[str, Reason | None] = {
    "hang": "timeout", "spin": "timeout", "memory": "memory", "segment": "crash",
    "stack": "crash", "kill": "crash", "leave": "crash", "rubbish": "crash", "half": "crash",
    "oversized": "crash", "shapeless": "crash", "write": None, "read": None, "connect": None,
    "children": None,
}  # fmt: skip
"""A fault of `mock` to the reason it must cost its file; None: it is kept from it, or undone."""
NEEDS = {"memory": "memory", "write": "writing", "read": "reading", "connect": "network"}
"""The layer of `confine.LAYERS` without which a fault is not tried: nothing would keep it."""

_ZH, _EN = "2024年5月18日，召开专题会议", "Meeting of 18 May 2024"
_COPIES = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One fact about this installation: what was expected and what was found (empty: not tried)."""

    name: str
    expected: str
    found: str

    @property
    def passed(self) -> bool | None:
        """None if it was not tried."""
        return self.found == self.expected if self.found else None


def trial(place: Path, layers: Mapping[str, bool]) -> Iterator[Check]:
    """Build the archive below `place` (an empty folder) and read it; one check after the other."""
    archive, outside, scratch = (place / name for name in ("archive", "outside", "scratch"))
    for folder in (archive, outside, scratch):
        folder.mkdir()
    (outside / "secret").write_bytes(b"not for readers")
    good, faults = _build(archive, layers)
    setup = {"reads": [records.coded(archive)], "scratch": records.coded(scratch),
             "outside": records.coded(outside)}
    with (place / "log").open("ab") as log:
        alone = dict(_read(good, setup, log))
        yield _count("good_papers", len(good), sum("pages" in one for one in alone.values()))
        words = [orjson.dumps(one).decode() for one in alone.values()]
        yield _count("sentences", len(good), sum(_ZH in one or _EN in one for one in words))
        bad = [path for path in faults.values() if path]
        answers = _read(_among(good, bad), setup, log)
    times, mixed = Counter(name for name, _ in answers), dict(answers)
    for name, path in faults.items():
        promised = PROMISED[name] or "refused"
        yield Check(name, promised, _found(mixed.get(path.name)) if path else "")
    once = sum(times[path.name] == 1 for path in (*good, *bad))
    yield _count("every_file_once", len(good) + len(bad), once)
    same = sum(orjson.dumps(mixed.get(name)) == orjson.dumps(alone[name]) for name in alone)
    yield _count("same_bytes", len(good), same)
    left = [path.name for path in (*outside.iterdir(), *scratch.iterdir())]
    yield Check("nothing_left", "secret", " ".join(left))


def _count(name: str, expected: int, found: int) -> Check:
    return Check(name, str(expected), str(found))


def _found(record: Record | None) -> str:
    """What came of a fault: the reason its file was given, or what its own answer means."""
    if record is None:
        return "lost"
    if "children" in record:
        return "refused" if not any(map(orphans.alive, record["children"])) else "alive"
    if "refused" in record:
        return "refused" if record["refused"] else "allowed"
    return str(record.get("reason", "read"))


def _read(paths: Sequence[Path], setup: Job, log: IO[bytes]) -> list[tuple[str, Record]]:
    """Each answer with its file's name; a file that cost its worker has a reason alone."""
    jobs = ({"path": path.name, "place": records.coded(path),
             "seconds": HANGS.get(path.name, SECONDS)} for path in paths)
    command = [sys.executable, "-P", "-m", "pipeline.screen.mock"]
    answers = worker.supervise(jobs, command, setup, WORKERS, log, check=_complete)
    return [(job["path"], {"reason": answer} if isinstance(answer, str) else answer)
            for job, answer in answers]


def _complete(job: Job, record: Record) -> bool:
    match record:
        case {"pages": list()} | {"reason": str()} | {"refused": bool()}:
            return True
        case {"children": list(pids)}:
            return all(isinstance(pid, int) and pid > 1 for pid in pids)
    return False


# --- the archive ------------------------------------------------------------------------------


def _build(archive: Path, layers: Mapping[str, bool]) -> tuple[list[Path], dict[str, Path | None]]:
    """The good papers, and each fault's file: None where it cannot be tried here."""
    good = []
    for copy in range(1, _COPIES + 1):
        for ending, data in (("txt", _text(copy)), ("html", _html(copy)), ("docx", _docx(copy)),
                             ("pdf", _pdf(copy))):
            good.append(archive / f"paper-{copy}.{ending}")
            good[-1].write_bytes(data)
    faults: dict[str, Path | None] = {}
    for name in PROMISED:
        tried = layers[NEEDS[name]] if name in NEEDS else name != "children" or os.name == "posix"
        faults[name] = archive / f"fault-{name}" if tried else None
        if tried:
            (archive / f"fault-{name}").write_bytes(MAGIC + name.encode("ascii"))
    return good, faults


def _among(good: Sequence[Path], faults: Sequence[Path]) -> list[Path]:
    """Good and bad in turns, so that each fault has good papers before and behind it."""
    turns = [path for pair in zip(good, faults, strict=False) for path in pair]
    return [*turns, *good[len(faults):], *faults[len(good):]]


def _text(copy: int) -> bytes:
    return f"第{copy}次会议纪要\n\n{_ZH}。\n".encode("gb18030")


def _html(copy: int) -> bytes:
    return (f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body><h1>第{copy}次会议</h1>"
            f"<p>{_ZH}。</p></body></html>").encode()


def _docx(copy: int) -> bytes:
    names = "http://schemas.openxmlformats.org"
    types = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{names}/package/2006/content-types"><Override '
        f'PartName="/word/document.xml" ContentType="{types}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{names}/package/2006/relationships"><Relationship '
        f'Id="r" Type="{names}/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{names}/wordprocessingml/2006/main"><w:body>'
        f"<w:p><w:r><w:t>第{copy}次会议</w:t></w:r></w:p><w:p><w:r><w:t>{_ZH}。</w:t></w:r></w:p>"
        "</w:body></w:document>",
    }
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as out:
        for name, text in parts.items():
            out.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return package.getvalue()


def _pdf(copy: int) -> bytes:
    shown = f"BT /F 14 Tf 72 720 Td ({_EN}, number {copy}) Tj ET".encode("ascii")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(shown), shown),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, offsets = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        offsets.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, text)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(offsets)
    return out + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)
