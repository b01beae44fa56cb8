"""Names that stand by themselves, where only the place in the text tells that a name is one.

    马占林：先拿方案。李承惠（执法支队）：路上要讲方式      who speaks, in front of a colon
    3.李四心得体会.docx、会议/郑国栋_讲话.txt               names of files, titles
    周敏　何立　沈立川                                      a line of signatures, nothing else
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.privacy import around, given, surnames
from pipeline.privacy.shapes import (
    BLANK,
    DOT,
    DOTTED,
    EVERY,
    GIVEN,
    SYLLABLE,
    TWO,
    Span,
    is_name_alone,
)

_NAME = (
    f"(?:{DOTTED}|{SYLLABLE}{{4,7}}|{EVERY}{GIVEN}{{1,2}}"
    f"|(?![{surnames.SELDOM}])[{surnames.SINGLE}]{BLANK}{{1,4}}{GIVEN})"
)
_SAYS = "|".join(around.SAYS.split())
_SPEAKER = (
    rf"({_NAME}){BLANK}?(?:[（(【\[][^（）()【】\n]{{1,24}}[）)】\]])?{BLANK}?(?:{_SAYS})?{BLANK}?(?=[:：])"
)
_LETTERS = "".join(sorted({*surnames.SINGLE, *surnames.SOUND, *"".join(TWO)}))
_STARTS = frozenset(_LETTERS + "0123456789一二三四五六七八九十（(-—●•·○◆■▪ \u3000\t\n")
_FIRST = re.compile(
    rf"{BLANK}*(?:[（(]?[\d一二三四五六七八九十]{{1,2}}[）)、.．]|[-—●•·○◆■▪])?{BLANK}*{_SPEAKER}"
)
_LATER = re.compile(rf"[\n。；;！？!?”」…：:.．）)]{BLANK}*(?=[{_LETTERS}]){_SPEAKER}")
_SEPARATE = re.compile(r"[ \u3000\t\n]{0,12}[、，,/|｜;；][ \u3000\t\n]{0,12}|[ \u3000\t\n]{1,12}")
_BEFORE_LIST = re.compile(rf"\s*(?:\d{{1,3}}{BLANK}?[|｜、.．]{BLANK}?)?")
_ONE_OF = re.compile(_NAME)

_IS_FILE = re.compile(
    r"\.(?:docx?|wps|pdf|txt|xlsx?|et|pptx?|dps|ofd|rtf|csv|html?|jpe?g|png|bmp|tiff?|gif|heic"
    r"|eml|msg|zip|rar|7z|mp[34]|mov|avi|wav|odt|ods|odp)\Z",
    re.I,
)
_RUN = re.compile(f"[\u3400-\u9fff]+(?:{DOT}[\u3400-\u9fff]+)*")
_WHOLE = re.compile(_NAME + r"(?:同志)?\Z")
_OWNED = re.compile(f"({_NAME})(?:同志)?的?(?:个人)?(?:{'|'.join(around.KEPT.split())})\\Z")
_WORK = re.compile("|".join(around.WORKS.split()))
_OF_UNIT = frozenset("局办委室科队站所会部村校院厅处乡镇区县市司社组厂员长记任年度月")
NO_END = frozenset("。；;：:，,、！？”")
_LONGEST_TITLE = 60
_LONGEST_LINE = 300
LONGEST_PATH = 2000


def speakers(text: str) -> list[Span]:
    """Names in front of a colon, where a line or a sentence begins."""
    found = [said.span(1) for said in _LATER.finditer(text) if is_name_alone(said[1])]
    first = _FIRST.match(text) if text[0] in _STARTS else None
    return [*found, first.span(1)] if first and is_name_alone(first[1]) else found


def titled_or_signed(text: str) -> list[Span]:
    """Names in a title or a path, and those of a line that is nothing but names."""
    if len(text) < 2:
        return []
    short = len(text) <= _LONGEST_LINE and text[-1] not in surnames.NEVER_GIVEN
    found = _signed(text) if short and text[0] in _STARTS else []
    if len(text) <= _LONGEST_TITLE or "." in text[-6:]:
        found += _titled(text)
    return found


def _signed(text: str) -> list[Span]:
    """A line that is nothing but names: a list of signatures, or one."""
    before = _BEFORE_LIST.match(text)
    place, end = before.end() if before else 0, len(text.rstrip())
    found: list[Span] = []
    # Step by step, as one pattern for the whole line would try every way to part it.
    while place < end:
        name = _ONE_OF.match(text, place)
        if not name or not is_name_alone(name[0]):
            return []
        found.append(name.span())
        between = _SEPARATE.match(text, name.end())
        if not between:
            if name.end() < end:
                return []
            break
        place = between.end()
    if len(found) < 3 and not all(b - a > 2 or _is_sure(text[a:b]) for a, b in found):
        return []
    return found


def _is_sure(name: str) -> bool:
    """Whether two letters are a name even as the only ones in a line."""
    return name[0] in given.PLAIN and name[-1] in given.LAST


def _is_owner(name: str) -> bool:
    """Whether what stands in front of 材料 is a name beyond doubt: many words stand there too."""
    if not is_name_alone(name):
        return False
    # Of two letters half the counties of the country are made as well: 郑东, 彭山, 宋江.
    return len(name) > 3 or name[:2] in TWO or (
        name[0] in given.PLAIN and name[-1] in (given.LAST if len(name) == 3 else given.SURE))


def _titled(text: str) -> Iterator[Span]:
    """Names in a title or a path: in front of a word for a paper, or all there is between marks."""
    file = _IS_FILE.search(text)
    if not file and not _WORK.search(text):
        return
    for run in _RUN.finditer(text):
        words = run[0]
        if file and _WHOLE.match(words) and is_name_alone(words.removesuffix("同志")):
            yield run.start(), run.start() + len(words.removesuffix("同志"))
            continue
        owned = _OWNED.match(words) if file else None
        if owned and _is_owner(owned[1]):
            yield run.start(), run.start() + owned.end(1)
            continue
        for work in _WORK.finditer(words):
            end = work.start()
            for size in (3, 2, 4, 5, 6):
                start = end - size
                if start < 0 or (start and words[start - 1] not in _OF_UNIT):
                    continue
                name = words[start:end]
                if _ONE_OF.fullmatch(name) and is_name_alone(name):
                    yield run.start() + start, run.start() + end
                    break
