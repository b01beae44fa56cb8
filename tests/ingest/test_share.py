"""How much of the real papers is read: the share of the letters that others find.

For PDF the other is pdftotext, for Word, sheets and HTML it is LibreOffice. Letters are compared
as multisets without blanks, file by file. Not counted are bullets (each draws its own) and pages
that we say are garbled.
"""

from __future__ import annotations

import csv
import glob
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest import kinds

LEAST = 0.98
BULLETS = set("•◦▪●■□➢◆√")

# files of which we find less, and why that is right
EXCUSED = {
    "pdfjs__XiaoBiaoSong.pdf": "pdftotext reads the letters by a wrong encoding: ¹ØÓÚºì¾ü",
    "pdfplumber__issue-842-example.pdf": "lines are drawn twice, and pdftotext tells both",
    "testfiles__fn.et": "LibreOffice shows #NAME? where a function is not its own",
    "testfiles__write.et": "LibreOffice writes dates with slashes, we in ISO",
    "projectmanagem__日程总览.xlsx": "LibreOffice writes dates with slashes, we in ISO",
}


def letters(text: str) -> Counter[str]:
    return Counter(each for each in text if not each.isspace() and each not in BULLETS)


def shares(pairs: Iterable[tuple[str, str, str]]) -> tuple[float, dict[str, float]]:
    """(file, what we read, what the other read) -> the share of all, and that of each file."""
    each: dict[str, float] = {}
    found = total = 0
    for name, ours, others in pairs:
        wanted = letters(others)
        same = sum((letters(ours) & wanted).values())
        found, total = found + same, total + sum(wanted.values())
        if wanted:
            each[name] = same / sum(wanted.values())
    print({k: round(v, 4) for k, v in each.items() if v < LEAST})
    print(f"{found} of {total} letters: {found / total:.4f}")
    return found / total, each


def check(pairs: Iterable[tuple[str, str, str]]) -> None:
    share, each = shares(pairs)
    assert share >= LEAST
    short = {name: round(one, 4) for name, one in each.items() if one < LEAST}
    assert set(short) <= set(EXCUSED), short


def ours(place: Path) -> str:
    try:
        return "\n".join(page.text for page in kinds.read(place.read_bytes(), place.name))
    except Unreadable:
        return ""


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext (poppler-utils) is not here")
def test_pdf(real_files: Path) -> None:
    def pairs() -> Iterable[tuple[str, str, str]]:
        for place in sorted((real_files / "real_zh" / "pdf").glob("*.pdf")):
            command = ["pdftotext", "-q", "-enc", "UTF-8", str(place), "-"]
            done = subprocess.run(command, capture_output=True, check=True)
            others = done.stdout.decode("utf-8", "replace").split("\f")
            for page, text in zip(kinds.read(place.read_bytes(), place.name), others, strict=False):
                if page.unread != "garbled":
                    yield place.name, page.text, text

    # by file, not by page
    by_file: dict[str, tuple[str, str]] = {}
    for name, one, other in pairs():
        before = by_file.get(name, ("", ""))
        by_file[name] = (before[0] + one, before[1] + other)
    check((name, one, other) for name, (one, other) in by_file.items())


def converted(places: list[Path], to: str, out: Path) -> None:
    """The files as LibreOffice converts them, in `out`, with a profile of its own."""
    if not shutil.which("soffice"):
        pytest.skip("LibreOffice (soffice) is not here")
    command = ["soffice", f"-env:UserInstallation=file://{out}/profile", "--headless"]
    command += ["--convert-to", to, "--outdir", str(out), *map(str, places)]
    subprocess.run(command, capture_output=True, check=True, timeout=300)


AS_TEXT = "txt:Text (encoded):UTF8"
# comma, quotation mark, UTF-8, from row 1, as shown, every sheet to a file of its own
AS_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


def test_docx(real_files: Path, tmp_path: Path) -> None:
    places = sorted((real_files / "real_zh" / "docx").glob("*.docx"))
    converted(places, AS_TEXT, tmp_path)
    check(
        (place.name, ours(place), (tmp_path / f"{place.stem}.txt").read_text("utf-8-sig"))
        for place in places
    )


def test_sheets(real_files: Path, tmp_path: Path) -> None:
    folder = real_files / "real_zh"
    places = sorted(place for kind in ("xls", "xlsx", "et") for place in folder.glob(f"{kind}/*"))
    converted(places, AS_SHEETS, tmp_path)

    def sheets(place: Path) -> str:
        said = []
        for sheet in tmp_path.glob(f"{glob.escape(place.stem)}-*.csv"):
            with sheet.open(encoding="utf-8-sig", newline="") as lines:
                said += ["".join(row) for row in csv.reader(lines)]
        return "".join(said)

    check((place.name, ours(place), sheets(place)) for place in places)


def test_html(real_files: Path, tmp_path: Path) -> None:
    """LibreOffice is given each page with a byte order mark where it is UTF-8, and without the
    charset it states where that is wrong; it shows the markup in noscript, which nobody sees."""
    places = sorted((real_files / "real_zh" / "html").glob("*.html"))
    for place in places:
        page = re.sub(rb"<noscript.*?</noscript>", b"", place.read_bytes(), flags=re.I | re.S)
        try:
            page.decode("utf-8")
            page = b"\xef\xbb\xbf" + page.replace(b"charset", b"xcharset")
        except UnicodeDecodeError:
            pass
        (tmp_path / place.name).write_bytes(page)
    converted([tmp_path / place.name for place in places], AS_TEXT, tmp_path)
    pairs = [
        (place.name, ours(place), other.read_text("utf-8-sig"))
        for place in places
        if (other := tmp_path / f"{place.stem}.txt").exists()
    ]
    # LibreOffice gives up on some
    assert len(pairs) >= len(places) - 2
    check(pairs)
