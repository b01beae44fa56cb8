"""Letters (eml) and web archives (mht): what they say; what is attached are files of their own.

A web archive is read as the page it shows, with the pages in its frames. Nothing is fetched.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, Page
from pipeline.ingest.mail import letter, mime
from pipeline.ingest.mail.mime import Part
from pipeline.ingest.member import MOST_MEMBER, Member, counted
from pipeline.ingest.packed import membernames

SMALL = 20_000
"""Bytes up to which a picture within a letter is a logo or a signature's."""

# a file written into the text: `begin`, mode and name, lines of up to 45 bytes, `end` (POSIX.1,
# uuencode)
_WRITTEN = re.compile(
    rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n((?:[ -`]{1,100}\r?\n)*+)end[ \t]*\r?$",
    re.MULTILINE,
)
_ENCRYPTED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature",
               "application/pgp-signature")  # fmt: skip
_SENT = ("to", "cc", "bcc", "received", "message-id", "delivered-to", "return-path")


@dataclass(slots=True)
class Section:
    """A stretch of the body: its parts in plain text, and the same in HTML."""

    plain: list[Part] = field(default_factory=list)
    rich: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Sorted:
    """A letter's parts: what it says, and the rest, of which each is told whether it belongs to
    an HTML page."""

    sections: list[Section] = field(default_factory=list)
    others: list[tuple[Part, bool]] = field(default_factory=list)


def read(data: bytes) -> Iterator[Page]:
    """One page: subject, date of sending, body. Lines of a plain body stand `OnLine`, all else
    `InParagraph`. The date of a web archive, when somebody saved it, is left out.

    Raises Unreadable: encrypted, blank, garbled, limit_members, limit_depth.
    """
    root = mime.letter(data)
    if root.kind == "multipart/encrypted" or _is_enveloped(root):
        raise Unreadable("encrypted", root.kind)
    bodies: list[Sequence[Block]] = []
    lost: Reason | None = None
    if root.kind in _ENCRYPTED:
        # what was signed is packed together with the signature
        lost = "encrypted"
    for section in _sorted(root).sections:
        forms: list[list[Block]] = [[], []]
        for form, parts, reader in (
            (forms[0], section.plain, letter.plain), (forms[1], section.rich, letter.rich),
        ):  # fmt: skip
            for part in parts:
                try:
                    form += reader(_WRITTEN.sub(b"", part.content()), part.charset)
                except Unreadable as error:
                    lost = error.reason
                if part.is_torn:
                    lost = "part_missing"
        bodies.append(letter.better(*forms))
    sent = None if _is_archive(root) else date(root)
    yield letter.page(root.header("subject"), sent, bodies, lost)


def members(data: bytes) -> Iterator[Member]:
    """What is attached, in order: files, letters (as .eml), pictures that are no mere ornament;
    files that are written into the text; the further letters of a mailbox.

    Raises Unreadable: limit_members, limit_depth.
    """
    root = mime.letter(data)
    parts = _sorted(root)
    archived = _is_archive(root)
    held = [part for part, on_page in parts.others if _is_file(part, on_page, archived)]
    written = [
        file
        for section in parts.sections
        for part in section.plain
        for file in _written(part.content())
    ]
    letters = mime.further(data)
    counted(len(held) + len(written) + len(letters))
    stated: list[bytes | str] = [_name(part, number) for number, part in enumerate(held, 1)]
    stated += [mime.text(name, root.charset) for name, _ in written]
    stated += [
        f"{mime.subject(data[begin : min(end, begin + mime.MOST_HEADER)]) or number}.eml"
        for number, (begin, end) in enumerate(letters, 2)
    ]
    names = membernames.shown(stated)
    for part, (name, refused) in zip(held, names, strict=False):
        if refused:
            yield Member(name, None, refused)
        elif part.kind == "message/external-body":
            yield Member(name, None, "part_missing")
        elif part.end - part.start > MOST_MEMBER:
            yield Member(name, None, "limit_size")
        else:
            yield Member(name, part.content())
    rest: list[bytes | None | tuple[int, int]] = [*(content for _, content in written), *letters]
    for content, (name, refused) in zip(rest, names[len(held) :], strict=True):
        if isinstance(content, tuple):
            content = data[slice(*content)]
        why = refused or (None if content is not None else "corrupt")
        yield Member(name, None if why else content, why)


def _written(body: bytes) -> Iterator[tuple[bytes, bytes | None]]:
    """Name and content of the files that are written into a text; None for one that is broken."""
    for file in _WRITTEN.finditer(body):
        try:
            lines = (binascii.a2b_uu(line) for line in file[2].splitlines() if line.strip())
            yield file[1].strip(), b"".join(lines)
        except binascii.Error:
            yield file[1].strip(), None


def _sorted(root: Part) -> Sorted:
    found = Sorted()
    waiting: list[tuple[Part, Section | None, bool]] = [(root, None, False)]
    while waiting:
        part, section, on_page = waiting.pop()
        if part.parts:
            if part.kind == "multipart/alternative" and section is None:
                section = Section()
                found.sections.append(section)
            on_page = on_page or part.kind == "multipart/related"
            waiting += [(each, section, on_page) for each in reversed(part.parts)]
        elif not _is_said(part, section is not None or on_page):
            found.others.append((part, on_page))
        else:
            if section is None:
                found.sections.append(Section())
            chosen = section or found.sections[-1]
            (chosen.rich if part.kind == "text/html" else chosen.plain).append(part)
    return found


def _is_said(part: Part, is_form: bool) -> bool:
    """Whether a part is body, not attachment; a named text is one that somebody attached, unless
    it is a form of the body or a page of an archive."""
    if part.is_attached or (part.name and not is_form):
        return False
    return part.kind in ("text/plain", "text/html") or part.is_torn


def _is_archive(root: Part) -> bool:
    """Whether it is a page that was saved, not a letter that was sent."""
    related = root.kind in ("multipart/related", "text/html")
    return related and not any(name in root.headers for name in _SENT)


def _is_enveloped(root: Part) -> bool:
    if root.kind not in _ENCRYPTED:
        return False
    return root.headers.get_param("smime-type", "enveloped-data") != "signed-data"


def _is_file(part: Part, on_page: bool, archived: bool) -> bool:
    if part.kind in _SIGNATURES:
        return False
    if part.is_attached:
        return True
    if part.headers.get_content_maintype() == "image":
        shown = on_page or "content-id" in part.headers
        # base64 takes four bytes for three
        return not shown or (part.end - part.start) * 3 // 4 > SMALL
    # the styles, scripts and fonts of a page
    return not archived


def _name(part: Part, number: int) -> str:
    if part.name:
        return part.name
    if part.kind == "message/rfc822":
        return f"{mime.subject(part.content()) or number}.eml"
    location = part.header("content-location").partition("?")[0].rstrip("/").rpartition("/")[2]
    return location or f"part {number}"


def date(root: Part) -> datetime | str | None:
    """When a letter was sent, as text where the header is none that can be understood."""
    said = root.header("date")
    try:
        return parsedate_to_datetime(said)
    except (ValueError, TypeError, IndexError, OverflowError):
        return said or None
