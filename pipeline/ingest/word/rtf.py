"""RTF papers: what a word processor would show, in reading order.

Deleted and hidden text, field codes, pictures and embedded data are left out; field results and
the numbers of lists stand in the text. Headers come first, text boxes after their paragraph,
notes and footers last. Comments are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from PIL import Image

from pipeline.errors import Unreadable
from pipeline.evidence import Page
from pipeline.ingest.word import converted
from pipeline.ingest.word.flow import DEEPEST, Cell, Flow, Within
from pipeline.ingest.word.numbering import bullet
from pipeline.ingest.word.rtf_letters import Letters
from pipeline.ingest.word.rtf_story import Story, boxes, close, emit, opened, taken

MOST_DEPTH = 5_000
"""Groups in groups; papers have some twenty."""

_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])|([{}])"
    rb"|([^\\{}\r\n\0]+)|[\r\n\0]+|\\"
)
_SAID = {
    "tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "emspace": "\u2003",
    "enspace": "\u2002", "qmspace": " ", "bullet": "•", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”",
}  # fmt: skip
_SIGNS = {b"~": "\xa0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}"}
_GONE = {
    "fldinst", "info", "colortbl", "filetbl", "listtable", "listoverridetable",
    "revtbl", "objdata", "objclass", "objname", "nonshppict", "shprslt", "nonesttables",
    "datafield", "formfield", "xe", "tc", "rxe", "annotation", "atnid", "atnauthor", "ftnsep",
    "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn", "template", "falt", "panose",
    "pnseclvl", "bkmkstart", "bkmkend", "themedata", "generator", "mmathPict",
}  # fmt: skip
"""Destinations whose text is not the paper's. What follows `\\*` and is not known goes too."""
_MUTE = {"shp", "shpinst", "shpgrp", "do", "object", "upr", "nesttableprops"}
"""Destinations that say nothing themselves, and hold some that do."""
_HEARD = {"result", "ud", "fldrslt", "moMath", "shppict"}
"""Destinations whose text stands where they stand, `\\*` or not."""
_STORIES: dict[str, Within] = {
    "header": "header", "headerr": "header", "headerl": "header", "headerf": "header",
    "footer": "footer", "footerr": "footer", "footerl": "footer", "footerf": "footer",
    "footnote": "footnote", "shptxt": "textbox", "dptxbxtext": "textbox",
}  # fmt: skip
_HEADING = re.compile(rb" *heading ([1-9])[;,]", re.IGNORECASE)
"""What the headings are called in the sheet of styles, whatever the language."""


def read(data: bytes) -> Iterator[Page]:
    """The paper as page 1, its places `InParagraph`, a table row counting as one paragraph; then a
    page without blocks for each picture that is one, as in `docx`.

    Raises Unreadable: corrupt, limit_depth, garbled, blank, no_text_layer (of drawings that have
    no pixels); of LibreOffice, asked where our own reading is in doubt: timeout, limit_size.
    """
    yield from converted.read(data, ".rtf", gather)


def picture(data: bytes, number: int) -> Image.Image:
    """The picture that is page `number` (from 2) of the paper, in red, green and blue.

    Raises Unreadable as `read`, and program_missing.
    """
    return converted.picture(data, ".rtf", number)


def gather(data: bytes) -> Flow:
    """What the paper says, without LibreOffice. `Flow.unread` is part_missing where it ends before
    its groups do. Raises Unreadable: limit_depth."""
    return _Walk(data).flow()


@dataclass(slots=True)
class _Group:
    """What holds within a group; a group within begins with the same."""

    story: Story
    gone: bool = False
    mute: bool = False
    label: bool = False
    fonts: bool = False
    style: int | None = None
    """In the sheet of styles, the one that is being defined; -1 for those that are not of
    paragraphs."""
    skip: int = 1
    """Letters that stand for a `\\u` and are passed over."""
    font: int = 0
    size: float = 12.0
    hidden: bool = False
    deleted: bool = False
    table: bool = False
    depth: int = 0
    level: int = 0


class _Walk:
    """One walk through a paper."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.letters = Letters()
        self.body = Story("body")
        self.stories: list[tuple[str, Story]] = []
        self.group = _Group(self.body)
        self.stack: list[_Group] = []
        self.bytes = bytearray()
        self.skip = 0
        self.starred = False
        self.row_open = False
        self.default_font = 0
        self.levels: dict[int, int] = {}
        """Style to its heading level."""
        self.facing = self.title_page = False
        self.pictures = 0
        self.at = max(data.find(b"{"), 0)

    def flow(self) -> Flow:
        cut = self._walk()
        self._flush()
        flow = Flow()
        flow.pictures = self.pictures
        flow.unread = "part_missing" if cut else None
        shown = {"header", "headerr", "footer", "footerr"}
        shown |= {"headerl", "footerl"} if self.facing else set()
        shown |= {"headerf", "footerf"} if self.title_page else set()
        for word, story in self.stories:
            if story.within == "header" and word in shown:
                emit(story, flow)
        emit(self.body, flow)
        for wanted in ("footnote", "footer"):
            for word, story in self.stories:
                if story.within == wanted and (wanted == "footnote" or word in shown):
                    emit(story, flow)
        return flow

    def _walk(self) -> bool:
        """Reads to the end of the outermost group; whether the file ends before it does."""
        while self.at < len(self.data):
            found = _TOKEN.match(self.data, self.at)
            assert found is not None, "the last of the tokens is a single byte"
            self.at = found.end()
            word, number, code, sign, brace, plain = found.groups()
            if brace == b"{":
                self._flush()
                if len(self.stack) >= MOST_DEPTH:
                    raise Unreadable("limit_depth", str(MOST_DEPTH))
                self.stack.append(self.group)
                self.group = replace(self.group)
                self.skip, self.starred = 0, False
            elif brace:
                self._flush()
                self.skip, self.starred = 0, False
                if self.stack:
                    self.group = self.stack.pop()
                if not self.stack:
                    return False
            elif word:
                self._word(word.decode("ascii"), None if number is None else int(number))
            elif code or plain:
                self._plain(bytes.fromhex(code.decode("ascii")) if code else plain)
            elif sign == b"*":
                self.starred = True
            elif sign in (b"\r", b"\n"):
                self._word("par", None)
            elif sign in _SIGNS:
                if self.skip:
                    self.skip -= 1
                else:
                    self._say(_SIGNS[sign])
        return bool(self.stack)

    def _plain(self, data: bytes) -> None:
        if self.skip:
            passed = min(self.skip, len(data))
            self.skip -= passed
            data = data[passed:]
        if self._heard():
            self.bytes += data
        elif self.group.style is not None and (named := _HEADING.match(data)):
            self.levels.setdefault(self.group.style, int(named[1]))

    def _heard(self) -> bool:
        group = self.group
        return not (group.gone or group.mute or group.hidden or group.deleted)

    def _flush(self) -> None:
        """The bytes so far become letters: what follows has another font, or is none."""
        if self.bytes:
            data, self.bytes = bytes(self.bytes), bytearray()
            self._put(self.letters.text(data, self.group.font))

    def _say(self, text: str) -> None:
        self._flush()
        if self._heard():
            self._put(text)

    def _put(self, text: str) -> None:
        story = self.group.story
        if self.group.label:
            story.label += text
            return
        story.text.append(text)
        story.size = story.size or self.group.size

    def _word(self, word: str, number: int | None) -> None:
        starred, self.starred = self.starred, False
        group = self.group
        if word == "bin":
            self.at += max(number or 0, 0)
        elif group.fonts:
            self._font(word, number or 0)
        elif group.style is not None:
            self._style(word, number or 0)
        elif group.gone:
            return
        elif word == "u":
            if number is not None:
                letter = chr(number & 0xFFFF)
                self._say(bullet(letter) if "\uf000" <= letter <= "\uf0ff" else letter)
            self.skip = group.skip
        elif word in _SAID:
            self.skip = 0
            self._say(_SAID[word])
        else:
            self._flush()
            self.skip = 0
            if not self._destination(word, starred):
                self._state(word, number)

    def _font(self, word: str, number: int) -> None:
        if word == "f":
            self.group.font = number
        elif word == "fcharset":
            self.letters.charsets[self.group.font] = number

    def _style(self, word: str, number: int) -> None:
        if word == "s":
            self.group.style = number
        elif word == "outlinelevel" and 0 <= number < 9:
            self.levels[self.group.style or 0] = number + 1

    def _destination(self, word: str, starred: bool) -> bool:
        """Whether the word says what the group it stands in is for."""
        group = self.group
        if word == "fonttbl":
            group.gone = group.fonts = True
        elif word == "stylesheet":
            group.gone, group.style = True, -1
        elif word == "pict":
            self.pictures += 1
            group.gone = True
        elif word in _STORIES:
            story = Story(_STORIES[word])
            if story.within == "textbox":
                # of a header, where it may hold the number of the page, it is header
                if group.story.within in ("header", "footer"):
                    story.within = group.story.within
                group.story.later.append(story)
            else:
                self.stories.append((word, story))
            group.story, group.mute, group.table, group.depth = story, False, False, 0
        elif word in ("listtext", "pntext"):
            group.label = True
        elif word in _HEARD:
            group.mute = False
        elif word in _MUTE:
            group.mute = True
        elif word in _GONE or starred:
            group.gone = True
        else:
            return False
        return True

    def _state(self, word: str, number: int | None) -> None:
        group = self.group
        on = number != 0
        match word:
            case "par" | "sect" | "page":
                self._end()
            case "cell" | "nestcell":
                self._cell(nested=word == "nestcell")
            case "row" | "nestrow":
                self._row(nested=word == "nestrow")
            case "trowd":
                self.row_open = True
            case "intbl":
                group.table = True
            case "itap":
                group.depth = max(number or 0, 0)
            case "pard":
                group.table, group.depth, group.level = False, 0, 0
            case "outlinelevel":
                group.level = number + 1 if number is not None and 0 <= number < 9 else 0
            case "s":
                group.level = self.levels.get(max(number or 0, 0), 0)
            case "plain":
                group.hidden = group.deleted = False
                group.font, group.size = self.default_font, 12.0
            case "v":
                group.hidden = on
            case "deleted":
                group.deleted = on
            case "f":
                group.font = number or 0
            case "fs":
                group.size = (number or 0) / 2
            case "uc":
                group.skip = max(number or 0, 0)
            case "ansicpg":
                self.letters.code_page(number or 0)
            case "mac":
                self.letters.page = "mac_roman"
            case "deff":
                self.default_font = group.font = number or 0
            case "facingp":
                self.facing = True
            case "titlepg":
                self.title_page = True

    def _depth(self) -> int:
        inside = self.group.table or (self.row_open and self.group.story is self.body)
        return min(max(self.group.depth, int(inside)), DEEPEST)

    def _end(self) -> None:
        """A paragraph ends."""
        if self.group.mute or self.group.label:
            return
        story, depth = self.group.story, self._depth()
        if self.group.deleted:
            return  # it runs on into the next
        close(story, depth)
        text, size = taken(story, depth > 0)
        if depth:
            opened(story, depth).held.append(text)
            story.tables[-1][2].size = max(story.tables[-1][2].size, size if text else 0.0)
        else:
            story.done.append((text, self.group.level, size))
            boxes(story)

    def _cell(self, nested: bool) -> None:
        if self.group.mute:
            return
        depth = max(self._depth(), 2 if nested else 1)
        self.group.deleted, deleted = False, self.group.deleted
        close(self.group.story, depth)
        story = self.group.story
        text, size = taken(story, True)
        cell = opened(story, depth)
        cell.held.append(text)
        cell.size = max(cell.size, size if text else 0.0)
        story.tables[-1][1].append(cell)
        story.tables[-1] = (*story.tables[-1][:2], Cell())
        self.group.deleted = deleted

    def _row(self, nested: bool) -> None:
        story = self.group.story
        if not nested:
            self.row_open = False
            close(story, 1)
        if story.tables and story.tables[-1][1]:
            rows, cells, cell = story.tables[-1]
            rows.append(cells)
            story.tables[-1] = (rows, [], cell)
