"""Letters of Outlook (msg): what they say; what is attached are files of their own ([MS-OXMSG]).

Read from the streams themselves: python-oxmsg 0.0.2 unpacks every attachment before it tells the
subject, refuses a letter for one bad character, takes names without a code page for Latin 9 (those
of Chinese letters are GBK), and does not open attached letters.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime

import olefile

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import Block, Page
from pipeline.ingest.mail import eml, letter, lzfu, mime
from pipeline.ingest.member import MOST_MEMBER, Member, taken
from pipeline.ingest.packed import membernames, ole
from pipeline.ingest.text import encoding
from pipeline.ingest.word import rtf

MOST_ATTACHED = 2_000
MOST_BODY = 64 * 1024**2
DEEPEST = 5
"""Letters attached to attached letters."""

# property ids ([MS-OXPROPS]) and types ([MS-OXCDATA] 2.11.1)
SUBJECT, SENT, HEADERS, DELIVERED = 0x0037, 0x0039, 0x007D, 0x0E06
BODY, RTF, HTML = 0x1000, 0x1009, 0x1013
CODE_PAGE, BODY_CODE_PAGE = 0x3FFD, 0x3FDE
DATA, METHOD, MIME_TYPE, CONTENT_ID = 0x3701, 0x3705, 0x370E, 0x3712
NAMES = (0x3707, 0x3704, 0x3001)
TEXT, TEXT8, BINARY, OBJECT = 0x1F, 0x1E, 0x102, 0x0D
_BY_REFERENCE = (2, 3, 4, 7)
"""Methods of attaching by which the letter holds a path alone ([MS-OXCMSG] 2.2.2.9)."""
_PROPERTIES = "__properties_version1.0"


def read(data: bytes) -> Iterator[Page]:
    """One page, as `eml.read` gives it. Raises Unreadable: corrupt, blank, garbled, limit_size."""
    with _opened(data) as root:
        bodies, lost = root.bodies()
        page = letter.page(root.text(SUBJECT), root.date(), bodies, lost)
    yield page


def members(data: bytes) -> Iterator[Member]:
    """What is attached, as `eml.members` gives it; attached letters become .eml.

    Raises Unreadable: corrupt, limit_members.
    """
    with _opened(data) as root:
        held = [each for each in root.attached() if not each.is_ornament()]
        names = membernames.shown([each.name() or f"part {n}" for n, each in enumerate(held, 1)])
        for each, (name, refused) in zip(held, names, strict=True):
            yield taken(name, refused, each.content)


@contextmanager
def _opened(data: bytes) -> Iterator[_Storage]:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as compound:
            # 32 bytes of header at the top, 24 in an attached letter, 8 in an attachment
            yield _Storage(compound, [], 32, None, 0)
    except ole.ERRORS as error:
        raise Unreadable("corrupt", f"ole: {error}") from None


class _Storage:
    """A letter or an attachment: a storage with properties ([MS-OXMSG] 2.1, 2.4)."""

    def __init__(
        self,
        compound: olefile.OleFileIO,
        path: list[str],
        header: int,
        code_page: str | None,
        depth: int,
    ) -> None:
        self.compound = compound
        self.path = path
        self.depth = depth
        raw = self.stream(_PROPERTIES, MOST_BODY) or b""
        self.fixed = {
            word >> 16: value
            for word, value in struct.iter_unpack(
                "<I4x8s", raw[header : len(raw) - (len(raw) - header) % 16]
            )
        }  # fmt: skip
        self.code_page = self._code_page(CODE_PAGE) or code_page

    def _code_page(self, number: int) -> str | None:
        if number not in self.fixed:
            return None
        (page,) = struct.unpack_from("<I", self.fixed[number])
        return encoding.code_page(page)

    def stream(self, name: str, most: int) -> bytes | None:
        """The bytes of a stream, None if there is none; Unreadable("limit_size") if too many."""
        path = [*self.path, name]
        if self.compound.get_type(path) != olefile.STGTY_STREAM:
            return None
        if self.compound.get_size(path) > most:
            raise Unreadable("limit_size", name)
        content: bytes = self.compound.openstream(path).read()
        return content

    def binary(self, number: int, most: int = MOST_BODY) -> bytes | None:
        return self.stream(f"__substg1.0_{number:04X}{BINARY:04X}", most)

    def text(self, number: int) -> str:
        """A text property; empty if there is none."""
        wide = self.stream(f"__substg1.0_{number:04X}{TEXT:04X}", MOST_BODY)
        if wide is not None:
            return wide.decode("utf-16-le", "replace").replace("\0", "")
        narrow = self.stream(f"__substg1.0_{number:04X}{TEXT8:04X}", MOST_BODY)
        return mime.text(narrow.rstrip(b"\0"), self.code_page) if narrow else ""

    def date(self) -> datetime | None:
        """When it was sent: by the clock of the sender where the headers tell it, else in UTC."""
        headers = self.text(HEADERS)
        if headers:
            sent = eml.date(mime.letter(headers.encode("utf-8", "replace")))
            if isinstance(sent, datetime):
                return sent
        for number in (SENT, DELIVERED):
            if number in self.fixed:
                (ticks,) = struct.unpack("<Q", self.fixed[number])
                # tenths of a microsecond since 1601; later than the year 2100 is no date
                if 0 < ticks < 16_000_000_000 * 10**7:
                    start = datetime(1601, 1, 1, tzinfo=UTC)
                    return start + timedelta(microseconds=ticks // 10)
        return None

    def html(self) -> tuple[bytes, str | None]:
        """The body in HTML and its charset."""
        raw = self.binary(HTML)
        if raw is not None:
            return raw, self._code_page(BODY_CODE_PAGE)
        return self.text(HTML).encode("utf-8", "replace"), "utf-8"

    def bodies(self) -> tuple[list[Sequence[Block]], Reason | None]:
        """The best form of the body, and why it is not whole."""
        said = self.text(BODY)
        lost: Reason | None = None
        forms: list[Sequence[Block]] = [(), ()]
        try:
            forms[0] = letter.plain(said.encode("utf-8", "replace"), "utf-8")
            forms[1] = letter.rich(*self.html())
            if not forms[0] and not forms[1] and (packed := self.binary(RTF)):
                unpacked = lzfu.unpacked(packed)
                forms[0] = [block for page in rtf.read(unpacked) for block in page.blocks]
        except Unreadable as error:
            lost = None if error.reason in ("blank", "empty") else error.reason
        return [letter.better(*forms)], lost

    def attached(self) -> list[_Storage]:
        """The attachments in order; Unreadable("limit_members") if there are too many."""
        depth = len(self.path)
        names = {
            path[depth]
            for path in self.compound.listdir(streams=False, storages=True)
            if path[:depth] == self.path and len(path) == depth + 1
        }
        found = sorted(name for name in names if name.lower().startswith("__attach_version1.0_"))
        if len(found) > MOST_ATTACHED:
            raise Unreadable("limit_members", str(len(found)))
        return [
            _Storage(self.compound, [*self.path, name], 8, self.code_page, self.depth)
            for name in found
        ]

    def letter(self) -> _Storage | None:
        """The letter that an attachment is, None if it is something else."""
        path = [*self.path, f"__substg1.0_{DATA:04X}{OBJECT:04X}"]
        if not self.compound.exists([*path, _PROPERTIES]):
            return None
        return _Storage(self.compound, path, 24, self.code_page, self.depth + 1)

    def name(self) -> str:
        """An attachment's file name; an attached letter's is its subject."""
        held = self.letter()
        if held is not None:
            return f"{held.text(SUBJECT) or self.text(NAMES[-1]) or 'letter'}.eml"
        return next(filter(None, map(self.text, NAMES)), "")

    def is_ornament(self) -> bool:
        """Whether an attachment is a small picture that the body shows: a logo, a signature's."""
        path = [*self.path, f"__substg1.0_{DATA:04X}{BINARY:04X}"]
        if not self.text(CONTENT_ID) or not self.text(MIME_TYPE).startswith("image/"):
            return False
        return bool(self.compound.exists(path)) and self.compound.get_size(path) <= eml.SMALL

    def content(self) -> bytes:
        """An attachment's bytes; raises Unreadable (part_missing, unsupported_format ...)."""
        held = self.letter()
        if held is not None:
            return held.as_mail().as_bytes()
        data = self.binary(DATA, MOST_MEMBER)
        if data is not None:
            return data
        (method,) = struct.unpack_from("<I", self.fixed.get(METHOD, bytes(8)))
        if method in _BY_REFERENCE:
            raise Unreadable("part_missing", "attached by reference")
        if self.compound.exists([*self.path, f"__substg1.0_{DATA:04X}{OBJECT:04X}"]):
            raise Unreadable("unsupported_format", "ole object")
        raise Unreadable("part_missing", "no data")

    def as_mail(self) -> EmailMessage:
        """An attached letter in the form in which letters travel: it has no file of its own.

        Raises Unreadable: limit_depth, limit_size.
        """
        if self.depth > DEEPEST:
            raise Unreadable("limit_depth", "letters in letters")
        made = EmailMessage()
        made["Subject"] = " ".join(self.text(SUBJECT).split())
        sent = self.date()
        if sent is not None:
            made["Date"] = format_datetime(sent)
        blocks, _ = self.bodies()
        raw, charset = self.html()
        said = self.text(BODY) if raw else "\n".join(b.text for each in blocks for b in each)
        made.set_content(said.encode("utf-8", "replace").decode())
        if raw:
            given = {"charset": charset} if charset else None
            made.add_alternative(raw, "text", "html", params=given)
        total = 0
        for each in self.attached():
            try:
                content = each.content()
            except Unreadable:
                # it is told as a file without content
                content = b""
            total += len(content)
            if total > MOST_MEMBER:
                raise Unreadable("limit_size", "attached letter")
            name = " ".join(each.name().split()) or "-"
            made.add_attachment(content, "application", "octet-stream", filename=name)
        return made
