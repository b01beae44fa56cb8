"""OFD (GB/T 33190-2016): text and a box for each visual line, the rows of ruled tables, and what is
attached.

Read are the pages with their templates and composite units, and after a page's own text that of
its annotations (stamps, typed notes); annotations of the type Watermark are no part of a paper.
Signatures are not looked at: their seals are pictures in files of their own, and say nothing.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import partial

from pipeline.errors import Unreadable
from pipeline.evidence import Page
from pipeline.ingest import member
from pipeline.ingest.member import Member
from pipeline.ingest.ofd.package import Package, Paper, children, papers, said
from pipeline.ingest.ofd.page import Folio, Shelf
from pipeline.ingest.pdf.sequence import Tables, told

MOST_PAGES = 5_000


def read(data: bytes) -> Iterator[Page]:
    """The pages in order, those of several documents numbered on.

    A page that shows pictures or outlines instead of text has `unread` "no_text_layer", one whose
    letters the file does not name "garbled", one whose parts are broken "corrupt" or "encrypted",
    one that holds too much "limit_objects"; an empty page has none. Raises Unreadable: encrypted,
    corrupt, limit_pages, limit_objects, limit_size, limit_ratio, limit_members; and after the last
    page encrypted, corrupt or blank, when that is all there is to say of any page.
    """
    package = Package(data)
    found = papers(package)
    count = sum(len(paper.pages) for paper in found)
    if count > MOST_PAGES:
        raise Unreadable("limit_pages", str(count))
    if count == 0:
        raise package.lost("no pages")
    yield from told(_pages(package, found, count))


def _pages(package: Package, found: list[Paper], count: int) -> Iterator[Page]:
    number = 0
    tables = Tables()
    for paper in found:
        shelf = Shelf(package, paper)
        for at in range(len(paper.pages)):
            number += 1
            page, grids = Folio(shelf, at).read(number, tables.count, count == 1)
            yield tables.counted(page, grids)


def members(data: bytes) -> Iterator[Member]:
    """The attachments of all documents (20), each once, by their names or, where they have
    none, their files' names. One that is not there, or too large, has its reason.

    Raises Unreadable as `read` does where the package itself cannot be opened.
    """
    package = Package(data)
    known: set[str] = set()
    total = 0
    for paper in papers(package):
        name = package.find(said(paper.root, "Attachments"), paper.folder)
        if name is None:
            continue
        for number, each in enumerate(children(package.xml(name), "Attachment")):
            if number == member.MOST_MEMBERS:
                raise Unreadable("limit_members", f"more than {member.MOST_MEMBERS}")
            place = said(each, "FileLoc")
            part = package.find(place, posixpath.dirname(name), paper.folder)
            label = _label(each.get("Name", ""), place, each.get("Format", ""))
            if part is None:
                yield Member(label, None, "part_missing")
                continue
            if part in known:
                continue
            known.add(part)
            total += package.size(part)
            if package.size(part) > member.MOST_MEMBER or total > member.MOST_BYTES:
                yield Member(label, None, "limit_size")
                continue
            yield member.taken(label, None, partial(package.data, part))


def _label(name: str, place: str, kind: str) -> str:
    """What to call an attachment: its name with the ending of its file."""
    file = place.replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = name.strip()
    if not name:
        return file or "attachment"
    ending = file.rpartition(".")[2] if "." in file else kind
    if not ending or name.lower().endswith("." + ending.lower()):
        return name
    return f"{name}.{ending}"
