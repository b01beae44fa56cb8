"""The least that reading a season can take: the text of every file by the library that holds it,
and nothing else. One process, one core.

    python -m tests.bench.season.bare ROOT OUT

PDF by pypdfium2, DOCX by zipfile and lxml, XLSX by python-calamine, HTML by lxml, TXT and RTF by
decoding them. Archives are opened in memory. What cannot be read is passed over.
"""

from __future__ import annotations

import io
import sys
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pypdfium2
from lxml import etree, html
from python_calamine import CalamineWorkbook

from tests.bench.measure import leave


def pdf(data: bytes) -> int:
    """Letters of a PDF."""
    letters = 0
    document = pypdfium2.PdfDocument(data)
    for page in document:
        text = page.get_textpage()
        letters += len(text.get_text_range())
        text.close()
        page.close()
    document.close()
    return letters


def docx(data: bytes) -> int:
    """Letters of a Word document."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        tree = etree.fromstring(package.read("word/document.xml"))
    return sum(map(len, tree.itertext()))


def xlsx(data: bytes) -> int:
    """Letters of a workbook."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return sum(len(str(cell)) for name in book.sheet_names
               for row in book.get_sheet_by_name(name).to_python() for cell in row)


def page(data: bytes) -> int:
    """Letters of a web page."""
    return sum(map(len, html.fromstring(data).itertext()))


def plain(data: bytes) -> int:
    """Letters of a text."""
    try:
        return len(data.decode("utf-8"))
    except UnicodeDecodeError:
        return len(data.decode("gb18030", "replace"))


READ: dict[str, Callable[[bytes], int]] = {
    ".pdf": pdf, ".docx": docx, ".xlsx": xlsx, ".html": page, ".txt": plain, ".rtf": plain}


def files(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below, and what archives hold: its ending, its bytes."""
    for place in sorted(root.rglob("*")):
        if place.is_symlink() or not place.is_file():
            continue
        if place.suffix == ".zip":
            with zipfile.ZipFile(place) as package:
                for name in package.namelist():
                    yield Path(name).suffix, package.read(name)
        else:
            yield place.suffix, place.read_bytes()


def main(root: Path, out: Path) -> None:
    """All files."""
    letters, unread = 0, 0
    spent: dict[str, float] = defaultdict(float)
    for ending, data in files(root):
        if ending not in READ:
            continue
        start = time.process_time()
        try:
            letters += READ[ending](data)
        except (pypdfium2.PdfiumError, zipfile.BadZipFile, KeyError, ValueError):
            unread += 1
        spent[ending] += time.process_time() - start
    leave(out, letters=letters, unread=unread, spent=spent)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
