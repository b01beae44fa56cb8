"""The known sentences of the sample archives are found in every format they are built in.

A few rich papers in every run; ZUOZHENG_ALL=1 takes all papers, and prints each format's share.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.screen.unit import screen
from tests.screen.made_formats import (
    PLAIN,
    SHEET,
    SLIDES,
    WORD,
    Source,
    letters_read,
    opened,
    packed,
    pressed,
    printed,
    saved,
    sources,
    texts,
    written,
)

ALL = bool(os.environ.get("ZUOZHENG_ALL"))
RICH = (
    "lanhe-02",  # a long official paper with letterhead, six pages, a header and a footer
    "lanhe-09",  # numbered lists, a borderless table, a text box
    "lanhe-18",  # footnotes, a table with merged headings
    "chunjing-08",  # forms: merged cells, several paragraphs in a cell
    "lanhe-11", "chunjing-06",  # sheets: merged headings, three sheets
    "tanjiang-22", "chunjing-09",  # a text, a web page
)  # fmt: skip
SCANNED = ("lanhe-08", "tanjiang-19")
"""One page with a table, and two pages of a record."""
FORMS = [
    "docx of python", *WORD, *SLIDES, "ofd", "ofd as printed", "eml", "attached to eml", "mht",
    "msg", "attached to msg", "wps", "xlsx of python", *(f"sheet as {form}" for form in SHEET),
    "sheet as xml", "et", *PLAIN,
]  # fmt: skip
NOT_WRITTEN = {"txt": "LibreOffice leaves text boxes and footnotes out of a plain text"}
"""Formats whose files lack what stands aside of the text, and why: there is nothing to find."""

pytestmark = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")


@pytest.fixture(scope="module")
def papers() -> list[Source]:
    return sources(() if ALL else RICH)


@pytest.fixture(scope="module")
def made(papers: list[Source], tmp_path_factory: pytest.TempPathFactory) -> Any:
    return written(papers, tmp_path_factory.mktemp("formats"), len(papers) if ALL else 1)


def asked(source: Source, form: str) -> list[str]:
    return source.sentences(aside=form not in NOT_WRITTEN)


def missing(source: Source, form: str, files: list[tuple[str, bytes]]) -> list[str]:
    """The sentences of a paper that are not found in the files that it became."""
    text = "\n".join(one for name, data in files for one in texts(name, data, source.running()))
    return [one for one in asked(source, form) if one not in text]


@pytest.mark.parametrize("form", FORMS)
def test_every_sentence_is_found(form: str, papers: list[Source], made: Any) -> None:
    lost, known = {}, 0
    for source in papers:
        if (form, source.name) in made:
            known += len(asked(source, form))
            lost[source.name] = missing(source, form, made[form, source.name])
    lost = {name: sentences for name, sentences in lost.items() if sentences}
    count = sum(map(len, lost.values()))
    if ALL:
        print(f"\n{form}: {known - count} of {known} sentences")
    assert known
    assert not lost


@pytest.mark.parametrize("form", ["zip", "7z", "tar.gz", "zip in zip"])
def test_every_sentence_is_found_in_what_is_packed(form: str, papers: list[Source], made: Any
                                                   ) -> None:
    given = {name: (source, data) for source in papers for wanted in ("doc", "sheet as xlsx")
             for name, data in made.get((wanted, source.name), ())}  # fmt: skip
    outer, data = packed({name: data for name, (_, data) in given.items()})[form]
    chain = "外层.zip!/附件/内层.zip" if form == "zip in zip" else outer
    found = {path: "".join(map(pressed, pages)) for path, pages in opened(outer, data)}
    if form == "tar.gz":
        found = {path.replace("材料.tar!/", ""): text for path, text in found.items()}
    assert set(found) == {f"{chain}!/会议材料/{name}" for name in given}
    for name, (source, _) in given.items():
        text = found[f"{chain}!/会议材料/{name}"]
        assert not [one for one in source.sentences() if one not in text], name


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What is read on pictures of papers, by the files' names."""
    papers = [one for one in sources(() if ALL else SCANNED) if one.kind == "word"]
    work = tmp_path_factory.mktemp("printed")
    made = printed(papers, work)
    folder = tmp_path_factory.mktemp("扫描件")
    for name, form, pages in pictures(made):
        (folder / f"{name}.{form.lower()}").write_bytes(saved(pages, form))
    out = tmp_path_factory.mktemp("out")
    done = screen(folder, "yuxi-2024", out)
    assert done.recognised
    return papers, {path.name: recognised(out, path.read_bytes()) for path in folder.iterdir()}


def recognised(out: Path, data: bytes) -> str:
    """All lines that were read on a file's pictures, from what the run keeps of them."""
    sha256 = hashlib.sha256(data).hexdigest()
    with closing(sqlite3.connect(out / "extracted.sqlite")) as base:
        kept = base.execute("SELECT read FROM scan WHERE sha256=? ORDER BY page", (sha256,))
        return "\n".join(block[1] for (pages,) in kept for *_, blocks in json.loads(pages)
                         for block in blocks)  # fmt: skip


def pictures(made: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """PNG and JPEG hold a page: papers of one page become these, longer ones TIFF and PDF; only the
    first of the two unless all is asked for."""
    for name, pages in made.items():
        forms = ("PNG", "JPEG") if len(pages) == 1 else ("TIFF", "PDF")
        for form in forms if ALL else forms[:1]:
            yield name, form, pages


@pytest.mark.parametrize("form", ["png", "jpeg", "tiff", "pdf"] if ALL else ["png", "tiff"])
def test_scans_are_read_to_95_letters_of_100(form: str, scans: Any) -> None:
    papers, words = scans
    read = known = 0
    poor = {}
    for source in papers:
        if f"{source.name}.{form}" in words:
            text = words[f"{source.name}.{form}"]
            sentences = source.sentences()
            own = sum(letters_read(one, text) for one in sentences)
            whole = sum(map(len, sentences))
            if own < 0.95 * whole:
                poor[source.name] = own / whole
            read, known = read + own, known + whole
    if ALL:
        print(f"\n{form}: {read} of {known} letters")
    assert known
    assert not poor
