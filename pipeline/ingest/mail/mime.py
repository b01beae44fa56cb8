"""A mail or web archive taken apart (RFC 2045 to 2047, 2231): its parts, where they are, their
headers as text.

The standard library's parser takes five times the bytes of a letter in memory and re-writes
attached letters; here the parts are found by their boundaries and stay where they are. A part's
headers and transfer encoding are left to the library.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import islice
from string import ascii_letters

from pipeline.errors import Unreadable
from pipeline.ingest.text import encoding

MOST_PARTS = 10_000
DEEPEST = 20
"""Parts in parts; no letter needs more than six."""
MOST_HEADER = 65_536
"""Bytes of a part's headers that are looked at, and below of one of them."""
MOST_VALUE = 8_192
LONGEST_BOUNDARY = 256
"""RFC 2046 allows 70 characters."""

_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")
_NOT_BASE64 = bytes(set(range(256)) - set(b"+/=0123456789" + ascii_letters.encode()))
_FOLD = re.compile(r"[\r\n]+[ \t]*")
# charsets that mail programs name without looking: the bytes are asked instead
_UNLOOKED = re.compile(r"iso-?8859-1|windows-1252|cp1252|cp28591|cp20127")
_KNOWN = re.compile(
    r"gb[\w-]*|x-gbk|big5[\w-]*|utf-?(8|16|32)[\w-]*|windows-\d+|iso-?8859-\d+|cp\d+|ms\d+"
    r"|euc-\w+|koi8-\w+|shift_?jis|tis-620"
)
# a line with which a mailbox begins a letter (RFC 4155), not a sentence that begins so
_NEXT = re.compile(rb"\n\r?\n(From [^\n]{1,200}\n)(?=[!-9;-~]{1,76}:)")
_SEVEN_BITS = re.compile(r"utf-?7|hz(-gb-2312)?|iso-2022-\w+")


@dataclass(slots=True)
class Part:
    """A part: its headers, its body (`data[start:end]`), and the parts it consists of."""

    headers: Message
    data: bytes
    start: int
    end: int
    parts: list[Part] = field(default_factory=list)
    is_torn: bool = False
    """Whether it should consist of parts, and they are not to be found."""

    @property
    def kind(self) -> str:
        """Such as `text/html`; `text/plain` where the headers say nothing."""
        return self.headers.get_content_type()

    @property
    def charset(self) -> str | None:
        """The charset that the part states."""
        return _parameter(self.headers, "charset", "content-type") or None

    @property
    def is_attached(self) -> bool:
        """Whether the part calls itself an attachment (RFC 2183)."""
        return self.headers.get_content_disposition() == "attachment"

    @property
    def name(self) -> str:
        """The file name that the part states, empty if none."""
        return _parameter(self.headers, "filename", "content-disposition") or _parameter(
            self.headers, "name", "content-type"
        )

    def header(self, name: str) -> str:
        """A header as text, in one line."""
        return header_text(str(self.headers.get(name, "")))

    def content(self) -> bytes:
        """The body, decoded from base64, quoted-printable or uuencode."""
        given = str(self.headers.get("content-transfer-encoding", "")).strip().lower()
        if given in ("", "7bit", "8bit", "binary"):
            return self.data[self.start : self.end]
        raw = self.data[self.start : self.end]
        if given == "base64":
            return _unpacked(raw)
        holder: Message = Message()
        holder["Content-Transfer-Encoding"] = given
        holder.set_payload(raw.decode("ascii", "surrogateescape"))
        content = holder.get_payload(decode=True)
        return content if isinstance(content, bytes) else raw


def _unpacked(raw: bytes) -> bytes:
    """Base64 as far as it goes. What is no letter of it is passed over (RFC 2045, 6.8); one letter
    alone, where a message was cut off, makes no byte."""
    letters = raw.translate(None, _NOT_BASE64).partition(b"=")[0]
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def letter(data: bytes) -> Part:
    """The whole as a part. Raises Unreadable: limit_members, limit_depth, garbled."""
    if b"\0" in data[:64] or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        # saved as UTF-16 by an editor
        data = encoding.decode(data).encode("utf-8", "replace")
    start = 0
    while data[start : start + 1] in (b"\r", b"\n", b" ", b"\t", b"\xef", b"\xbb", b"\xbf"):
        start += 1
    end = len(data)
    if data.startswith(b"From ", start):
        # a mailbox: its first letter
        end = next((upto for upto, _ in _borders(data)), end)
        start = data.find(b"\n", start) + 1 or start
    return _part(data, start, end, 0, [0])


def further(data: bytes) -> list[tuple[int, int]]:
    """Where the letters of a mailbox stand that follow its first, each without its first line.

    Raises Unreadable: limit_members.
    """
    if not data.lstrip(b"\r\n \t\xef\xbb\xbf").startswith(b"From "):
        return []
    found = list(islice(_borders(data), MOST_PARTS + 1))
    if len(found) > MOST_PARTS:
        raise Unreadable("limit_members", f"more than {MOST_PARTS} letters")
    ends = [*(before for before, _ in found), len(data)]
    return [(begin, end) for (_, begin), end in zip(found, ends[1:], strict=True)]


def _borders(data: bytes) -> Iterator[tuple[int, int]]:
    """Where in a mailbox one letter ends and where the next begins."""
    return ((mark.start() + 1, mark.end()) for mark in _NEXT.finditer(data))


def subject(data: bytes) -> str:
    """The subject of a letter, its parts unseen."""
    end = min(_body(data, 0, len(data)), MOST_HEADER)
    return Part(_headers(data[:end]), data, end, end).header("subject")


def _body(data: bytes, start: int, end: int) -> int:
    """Where the headers' empty line ends; the end where there is none."""
    for blank in (b"\n", b"\r\n"):
        if data.startswith(blank, start, end):
            return start + len(blank)
    found = data.find(b"\n\n", start, end)
    body = found + 2 if found >= 0 else end
    found = data.find(b"\n\r\n", start, body)
    return found + 3 if found >= 0 else body


def _part(data: bytes, start: int, end: int, depth: int, count: list[int]) -> Part:
    count[0] += 1
    if count[0] > MOST_PARTS:
        raise Unreadable("limit_members", f"more than {MOST_PARTS} parts")
    if depth > DEEPEST:
        raise Unreadable("limit_depth", "parts in parts")
    body = _body(data, start, end)
    part = Part(_headers(data[start : min(body, start + MOST_HEADER)]), data, body, end)
    if part.headers.get_content_maintype() == "multipart":
        boundary = _parameter(part.headers, "boundary", "content-type")
        found = islice(_spans(data, body, end, boundary), MOST_PARTS) if boundary else ()
        part.parts = [_part(data, *span, depth + 1, count) for span in found]
        part.is_torn = not part.parts
    return part


def _headers(raw: bytes) -> Message:
    given = BytesHeaderParser().parsebytes(raw)
    kept: Message = Message()
    for name, value in given.raw_items():
        if name.lower() not in kept:
            # bytes outside ASCII, which no header may have and many do
            raw = str(value)[:MOST_VALUE].encode("ascii", "surrogateescape")
            kept[name] = text(raw, None)
    return kept


def _spans(data: bytes, start: int, end: int, boundary: str) -> Iterator[tuple[int, int]]:
    """Where the parts between the delimiters stand (RFC 2046, 5.1.1)."""
    mark = b"--" + boundary[:LONGEST_BOUNDARY].rstrip().encode()
    before = None
    at = data.find(mark, start, end)
    while at >= 0:
        after = at + len(mark)
        if at == start or data[at - 1 : at] == b"\n":
            line = data.find(b"\n", after, end)
            line = end if line < 0 else line
            rest = data[after:line].rstrip()
            if rest in (b"", b"--"):
                if before is not None:
                    yield before, _line_end(data, before, at)
                before = min(line + 1, end) if not rest else None
            after = line
        at = data.find(mark, after, end)
    if before is not None:
        # cut off
        yield before, end


def _line_end(data: bytes, start: int, end: int) -> int:
    # the line break before a delimiter is the delimiter's
    for mark in (b"\r\n", b"\n"):
        if data.endswith(mark, start, end):
            return end - len(mark)
    return end


def _parameter(headers: Message, name: str, header: str) -> str:
    try:
        value = headers.get_param(name, "", header)
    except (ValueError, TypeError, LookupError):
        return ""
    if isinstance(value, tuple):
        charset, _, raw = value
        return text(raw.encode("latin-1", "replace"), charset)
    return header_text(value or "")


def header_text(raw: str) -> str:
    """A header's text: unfolded, its encoded words decoded.

    Words of the same encoding that follow each other are put together first: programs cut them in
    the middle of a character.
    """
    raw = _FOLD.sub(" ", raw)
    parts: list[tuple[str, bytearray | str]] = []
    at = 0
    for word in _WORD.finditer(raw):
        between = raw[at : word.start()]
        at = word.end()
        charset, content = word[1].lower(), _word(word[2], word[3])
        if between.strip() or not parts:
            parts.append(("", between))
        elif parts[-1][0] == charset and isinstance(parts[-1][1], bytearray):
            parts[-1][1].extend(content)
            continue
        parts.append((charset, bytearray(content)))
    parts.append(("", raw[at:]))
    return "".join(
        each if isinstance(each, str) else text(bytes(each), charset) for charset, each in parts
    ).strip()


def _word(how: str, content: str) -> bytes:
    raw = content.encode("ascii", "replace")
    if how in "qQ":
        return quopri.decodestring(raw, header=True)
    try:
        return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return raw


def text(raw: bytes, charset: str | None) -> str:
    """The text of bytes of which a letter says that they are in `charset`, where it says anything
    and what it says is so; never refuses."""
    name = (charset or "").strip().lower()
    try:
        if _SEVEN_BITS.fullmatch(name):
            return raw.decode("hz" if name.startswith("hz") else name, "replace")
        return encoding.decode(raw, believed(charset))
    except LookupError:
        return raw.decode("gb18030", "replace")
    except Unreadable:
        return raw.decode("utf-8", "replace")


def believed(charset: str | None) -> str | None:
    """The charset that a letter states, None if it is one that programs state without looking."""
    name = (charset or "").strip().lower()
    known = _SEVEN_BITS.fullmatch(name) or _KNOWN.fullmatch(name)
    return name if known and not _UNLOOKED.fullmatch(name) else None
