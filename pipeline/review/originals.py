"""What is asked of originals, and what comes back: the pages are drawn elsewhere and handed in.

Nothing here opens a file. Who starts the server (`cli`) gives it a `Show` and an `Original`; both
may be called from any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.evidence import Box


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of an original, by the path and hash that the ledger of the run in `out` has for it.

    `folder` is where the submission stood; `path` may lead into containers
    (`材料.zip!/会议/纪要.docx`). `text` is the passage: an original without pages of its own is
    converted, and page 1 then means the page where that stands; any other page is that page, and
    so is page 1 without a text.
    """

    out: Path
    folder: str
    path: str
    sha256: str
    page: int = 1
    text: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as a picture, or the reason why there is none.

    `picture` is a PNG below OUT/pages; `width` and `height` are of the page, in points, turned as
    it is shown; `boxes` is where `Asked.text` was found on it (empty for originals that have pages
    of their own: their places stand in the ledger); `pages` is None where nobody counted.
    `as_read`: the page is the one that was screened, so that the boxes of the ledger fit on it; on
    a page that was made of a flowing paper only `boxes` do. `reason`: `missing` (the original is
    gone or was changed), `pending` (it takes long: to be asked for again), `unsupported` (nobody
    draws such a file; its text is what there is), or a reason of `pipeline.errors.Reason`,
    `program_missing` among them.
    """

    picture: Path | None
    width: float = 0.0
    height: float = 0.0
    pages: int | None = None
    page: int = 1
    boxes: tuple[Box, ...] = ()
    reason: str | None = None
    as_read: bool = True


Show = Callable[[Asked], Shown]
Original = Callable[[Asked], bytes | None]
"""The bytes of an original for a download, checked against their hash; None: it is missing."""
