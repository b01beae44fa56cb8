"""Contender `bare`: pypdfium2's text of every page, and nothing else.

    python -m tests.bench.bare FOLDER OUT WORKERS
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pypdfium2

from tests.bench.corpus import files_of
from tests.bench.measure import leave


def texts(file: Path) -> Iterator[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(file)
    for page in document:
        text_page = page.get_textpage()
        yield text_page.get_text_range()
        text_page.close()
        page.close()
    document.close()


def letters(file: Path) -> int:
    """How many characters the file has."""
    return sum(map(len, texts(file)))


def main(folder: Path, out: Path, workers: int) -> None:
    """All files of the folder, in this process or in as many as are asked for."""
    files = files_of(folder)
    if workers == 1:
        total = sum(map(letters, files))
    else:
        with ProcessPoolExecutor(workers) as pool:
            total = sum(pool.map(letters, files))
    leave(out, letters=total)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
