"""Visual lines -> paragraphs.

Every line gets a frame (left, right, top, height of a letter): the box of a page's line, or for a
line of plain text its width in half letters and its number. Then the same few signs decide, as
they do for a reader: indent, a short last line, the gap above, the size, a list marker, a stop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.evidence import Block, OnLine, OnPage, Page, Place
from pipeline.segment.paragraph import Paragraph

_CN = "一二三四五六七八九十"
_MARKER = re.compile(
    rf"(?:[-•·●▪■◆]\s*)?(?:第[{_CN}百零〇\d]{{1,4}}[章节条编部](?!分|门|署)"
    rf"|[{_CN}]{{1,3}}、(?![{_CN}]{{1,2}}[、年级])|[（(][{_CN}]{{1,3}}[)）]"
    r"|\d{1,2}[、．]|\d{1,2}\.(?!\d)|[（(]\d{1,2}[)）]|\d{1,2}[)）]|[①-⑳]|【[^【】]{1,12}】)"
)
_DATE = re.compile(r"[\d〇○零一二三四五六七八九十]{4}\s*年[^，。]{2,9}日$")
"""A date alone on its line: below a signature, never the rest of a sentence."""
_LEADERS = re.compile(r"[.…·]{4}")
_NUMBERED = re.compile(
    r"^[（(〔\d][^关]{0,12}[)）〕日号期]$|[〔﹝［][12]\d{3}[〕﹞］]\s*\d+\s*号|^[（(]"
)
"""What stands below a title and is none of it: a date, a document number, a note in brackets."""
_SIZES, _LARGE = 0.25, 1.2
"""Heights are of the letters a line happens to hold: those of one 16 point text vary from 13.5 to
16 (measured on LibreOffice prints), with Latin brackets to 22; so the width of a letter must agree.
The next size of a heading (22 for 16) is more than a quarter.
"""
_MARKER_SIGNS = frozenset(f"第{_CN}（(【0123456789-•·●▪■◆①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_NEVER = float("inf")
"""The right margin of lines that are never full: each is a paragraph."""
_STOP = "。！？；：!?;:…"
_CLOSERS = "”’」』）)》〉】]"


def marker(text: str) -> re.Match[str] | None:
    """The list marker a line begins with: 一、 （一） 1. （1） ① 第一条; 一是 is none."""
    return _MARKER.match(text)


def stopped(text: str) -> bool:
    """Whether the text ends where a statement ends, closing brackets apart."""
    return text.rstrip(_CLOSERS)[-1:] in _STOP if text[-1:] in _CLOSERS else text[-1:] in _STOP


@dataclass(frozen=True, slots=True)
class Frame:
    """What a body of lines has in common: margins, letter width, line pitch, and its habits."""

    left: float = 0.0
    right: float = _NEVER
    em: float = 12.0
    pitch: float = 0.0
    size: float = 0.0
    indents: bool = False
    """Whether paragraphs begin with an indent."""


@dataclass(slots=True)
class _Line:
    text: str
    place: Place
    page: int
    x0: float
    top: float
    x1: float
    bottom: float
    size: float


class Joiner:
    """Takes the body's lines one by one, over pages, and gives back paragraphs."""

    def __init__(self, pages: Sequence[Page], leave_out: set[int]) -> None:
        self._paragraphs: list[Paragraph] = []
        self._last: _Line | None = None
        self._first: _Line | None = None
        self._texts: list[str] = []
        self._parts: list[tuple[int, Place]] = []
        self._length = 0
        self._lines: dict[int, _Line] = {}
        for page in pages:
            for block in page.blocks:
                if block.kind == "line" and id(block) not in leave_out:
                    text = block.text.strip()
                    if text:
                        self._lines[id(block)] = _line(block, text)
        self._frames = _frames(list(self._lines.values()))

    def add(self, block: Block) -> None:
        """One more line, in reading order."""
        line = self._lines[id(block)]
        last = self._last
        if last is not None:
            glue = self._glue(last, line)
            if glue is not None:
                self._texts.append(glue)
                self._length += len(glue)
                self._put(line)
                return
            self._close()
        self._first = line
        self._put(line)

    def take(self) -> list[Paragraph]:
        """The paragraphs so far; the one at hand is ended."""
        if self._last is not None:
            self._close()
        taken, self._paragraphs = self._paragraphs, []
        return taken

    def _put(self, line: _Line) -> None:
        self._texts.append(line.text)
        self._parts.append((self._length, line.place))
        self._length += len(line.text)
        self._last = line

    def _close(self) -> None:
        assert self._first is not None
        frame = self._frame(self._first)
        first = self._first
        self._paragraphs.append(
            Paragraph(
                "".join(self._texts),
                self._parts,
                large=_large(first, frame),
                centred=_centred(first, frame),
            )
        )
        self._texts, self._parts, self._length = [], [], 0
        self._last = self._first = None

    def _frame(self, line: _Line) -> Frame:
        return self._frames.get(line.page) or self._frames[0]

    def _glue(self, a: _Line, b: _Line) -> str | None:
        """What to put between the two lines; None where a new paragraph begins."""
        frame = self._frame(b)
        em = frame.em
        same_page = a.page == b.page
        marked = None
        if b.text[0] in _MARKER_SIGNS:
            marked = _MARKER.match(b.text)
        if same_page:
            down = b.top - a.top
            if down < 0.5 * (a.bottom - a.top) and b.x0 >= a.x1 - em and down > -em:
                return " "  # two pieces of one visual line
            height = a.bottom - a.top
            if frame.pitch and down > 1.6 * frame.pitch and down > 2.4 * height:
                return None if frame.right < _NEVER else self._goes_on(a, b, marked)
        if a.size and b.size and abs(a.size - b.size) > _SIZES * max(a.size, b.size):
            one, two = _letter(a), _letter(b)
            if abs(one - two) > 0.15 * max(one, two):
                return None
        if same_page and _large(a, frame) and _large(b, frame):
            glue = self._large_goes_on(a, b, frame)
            if glue is not None:
                return glue
        before = frame if same_page else self._frame(a)
        slack = _slack(b.text)
        if a is self._first and not before.indents and isinstance(a.place, OnLine):
            slack += 2  # a text saved without its indents: first lines are two letters shorter
        short = a.x1 < before.right - slack * em or a.x0 > before.left + 4.5 * em
        if a.text[-1].isdigit() and _LEADERS.search(a.text):
            return None  # a line of a table of contents
        if short or _DATE.match(b.text) or b.text.startswith("附件"):
            if before.right == _NEVER:
                return self._goes_on(a, b, marked)
            if not marked and _open_title(a.text) and _centred(a, before):
                return self.space(a.text, b.text)
            return self._title_goes_on(a, b, before, frame)
        ended = stopped(a.text)
        shift = b.x0 - frame.left
        if marked and marked[0][0] == "第" and b.text[marked.end() : marked.end() + 1].isspace():
            return None
        if marked and (ended or shift > 1.2 * em or not frame.indents):
            return None
        if shift > 1.2 * em:
            # An indent begins a paragraph, except where a whole block or a list item hangs.
            first = self._first
            hangs = abs((a.x0 - before.left) - shift) < 0.4 * em or (
                first is not None and b.x0 > first.x0 + em and bool(_MARKER.match(first.text))
            )
            return self.space(a.text, b.text) if hangs and not ended else None
        if ended and not frame.indents:
            return None
        return self.space(a.text, b.text)

    def _goes_on(self, a: _Line, b: _Line, marked: object) -> str | None:
        """Where each line is a paragraph: joined only if the first plainly is not over.

        Over it is not behind a comma, within 《, or, cut by whatever saved it, in the midst of a
        sentence of more than 40 letters whose other half ends like one.
        """
        if marked or a.text[-1] in _STOP:
            return None
        if a.text[-1] in "，、" or _open_title(a.text):
            return self.space(a.text, b.text)
        if len(a.text) > 40 and len(b.text) >= 15 and not stopped(a.text) and stopped(b.text):
            return self.space(a.text, b.text)
        return None

    def _large_goes_on(self, a: _Line, b: _Line, frame: Frame) -> str | None:
        """Lines in letters larger than the body's, all centred: one title, issuer and all."""
        alike = abs(a.size - b.size) < 0.1 * max(a.size, b.size)
        middles = abs((a.x0 + a.x1) / 2 - (b.x0 + b.x1) / 2)
        if not alike or middles > 1.5 * frame.em or stopped(a.text) or _NUMBERED.search(b.text):
            return None
        return self.space(a.text, b.text)

    def _title_goes_on(self, a: _Line, b: _Line, before: Frame, frame: Frame) -> str | None:
        """A centred title may end its lines early; every other short line ends its paragraph."""
        if not (_centred(a, before) and _centred(b, frame)) or a.page != b.page:
            return None
        if stopped(a.text) or b.text.startswith("关于") or marker(b.text):
            return None
        if _NUMBERED.search(b.text) or len(a.text) < 6:
            return None
        return self.space(a.text, b.text)

    @staticmethod
    def space(first: str, second: str) -> str:
        """A space where a Latin word meets another; digits parted by the margin stay one number."""
        a, b = first[-1:], second[:1]
        if not (a.isascii() and b.isascii()) or a in "-/(" or b in ")],.;:!?/%":
            return ""
        return "" if a.isdigit() and b.isdigit() else " "


def _slack(following: str) -> float:
    """How many letters short of the margin a full line may end: the next word found no room."""
    if not following[:1].isascii():
        return 2.2
    word = re.match(r"[!-~]{1,24}", following)
    return 2.2 + (len(word[0]) * 0.5 if word else 0.0)


def _letter(line: _Line) -> float:
    """Width of a Chinese letter in the line, as its length and its box say."""
    return (line.x1 - line.x0) / (_width(line.text) / 2 or 1.0)


def _large(line: _Line, frame: Frame) -> bool:
    """Whether the line is in letters clearly larger than the body's, in height and in width."""
    return frame.size > 0 and line.size > _LARGE * frame.size and _letter(line) > 1.1 * frame.em


def _centred(line: _Line, frame: Frame) -> bool:
    if frame.right == _NEVER:
        return False
    middle = (line.x0 + line.x1) / 2 - (frame.left + frame.right) / 2
    return abs(middle) < 1.2 * frame.em and line.x0 > frame.left + 2.6 * frame.em


def _line(block: Block, text: str) -> _Line:
    place = block.place
    if isinstance(place, OnPage):
        x0, top, x1, bottom = place.box
        return _Line(text, place, place.page, x0, top, x1, bottom, block.size)
    number = place.line if isinstance(place, OnLine) else 0
    indent = _width(block.text[: len(block.text) - len(block.text.lstrip())])
    return _Line(text, place, 0, indent, number, indent + _width(text), number + 1.0, block.size)


def _width(text: str) -> float:
    """Width in half letters: two for a Chinese letter, one for a Latin one."""
    return float(len(text.encode("gbk", "replace")))


def _frames(all_lines: list[_Line]) -> dict[int, Frame]:
    """The frame of each page with enough lines of its own, and under 0 the whole paper's."""
    frames: dict[int, Frame] = {0: Frame()}
    own: dict[int, list[_Line]] = {}
    for line in all_lines:
        own.setdefault(line.page, []).append(line)
    if not all_lines:
        return frames
    if isinstance(all_lines[0].place, OnPage):
        whole = frames[0] = _measure_boxes(all_lines)
        for number, lines in own.items():
            if len(lines) >= 12:
                frame = _measure_boxes(lines)
                indents = frame.indents or whole.indents
                frames[number] = Frame(
                    frame.left, frame.right, frame.em, whole.pitch, whole.size, indents
                )
    else:
        frames[0] = _measure_text(all_lines)
    return frames


def _measure_boxes(lines: list[_Line]) -> Frame:
    """Margins from where lines begin and end most often; a tenth of the lines makes a margin."""
    some = lines if len(lines) <= 400 else lines[:: len(lines) // 400 + 1]
    starts = sorted(line.x0 for line in some)
    ends = sorted(line.x1 for line in some)
    left = starts[len(starts) // 10]
    right = ends[-1 - len(ends) // 10]
    widths = [
        (line.x1 - line.x0) / (width / 2)
        for line in some[:200]
        if (width := _width(line.text)) >= 12 or len(some) < 8
    ]
    em = median(widths) if widths else 12.0
    downs = sorted(
        b.top - a.top
        for a, b in zip(lines[:400], lines[1:401], strict=False)
        if a.page == b.page and b.top - a.top > 0.5 * em
    )
    sizes = sorted(line.size for line in some)
    indented = sum(1.4 * em < start - left < 2.7 * em for start in starts)
    return Frame(
        left,
        right,
        em or 12.0,
        downs[len(downs) // 2] if downs else 0.0,
        sizes[len(sizes) // 2],
        indents=indented * 20 >= len(starts),
    )


def _measure_text(lines: list[_Line]) -> Frame:
    """Plain text: hard-wrapped only if many lines stop short of a statement at one common width.

    Where each line is a paragraph the widths scatter, and no line is ever full (`right` is never
    reached). In hard-wrapped official text nine of ten lines that end without a stop do so within
    three letters of one width; a quarter of all lines is asked for, to allow for headings and for
    tables that became lines.
    """
    gaps = sorted(b.top - a.top for a, b in zip(lines, lines[1:], strict=False)) or [1.0]
    pitch = gaps[len(gaps) // 2]
    widths = [0] * 170
    for line in lines:
        if line.x1 < 160 and not stopped(line.text):
            widths[int(line.x1)] += 1
    near = [sum(widths[max(0, width - 6) : width + 1]) for width in range(160)]
    most = max(near)
    right = max(width for width in range(160) if near[width] == most)
    while widths[right] == 0 and right:
        right -= 1
    if right < 30 or most < 3 or most * 4 < len(lines):
        return Frame(pitch=pitch, em=2.0)
    indented = sum(2 <= line.x0 <= 6 for line in lines)
    return Frame(0.0, float(right), 2.0, pitch, 0.0, indents=indented * 20 >= len(lines))


def _open_title(text: str) -> bool:
    """Whether a 《 is still open at the end: the title within goes on."""
    return text.rfind("《") > text.rfind("》")
