"""Personal names, masked where the words around say that something is a name.

    主持人：张三、李四      a label, a colon or a cell, a list
    局长李四主持            a post in front, a verb behind
    李四同志、王五老师      a form of address behind
    授予张三等3名同志       what is done to persons, and how many

What stands alone, as who speaks in front of a colon, is told by `alone`. The surname stays, or the
first letter where there is none; the other letters become `*`. Nothing is looked up in a list of
persons, and a name in mid-sentence without any such words around it is not recognised.
"""

from __future__ import annotations

import re

from pipeline.privacy import alone, around, surnames
from pipeline.privacy.cues import CUES, KINDS, MAY_BE, NAMING, PAIRS, SINGLY, any_of
from pipeline.privacy.shapes import (
    ANY_SYLLABLE,
    BLANK,
    DOT,
    DOTTED,
    EVERY,
    GIVEN,
    HAN,
    OFTEN,
    PUBLIC,
    SYLLABLE,
    TWO,
    WORDS,
    Span,
    is_name,
)

_LOCAL = frozenset(around.LOCAL.split())
_GENERIC = frozenset(around.GENERIC.split())
_ENDS = frozenset(around.UNIT_ENDS)
_SOUNDS = frozenset(surnames.SOUND)

_BREAK = r"(?:$|[^\w*＊]|[\d０-９a-zA-Z])"


_LONG = re.compile("[江期远效足度征城久短]")

_GOES_ON = any_of([*around.GOES_ON.split(), *KINDS["label"], *KINDS["post"]])
# A name, and what may come behind it: a break, or a word that goes on (主持, 同志, 为 …).
_ENCLOSED = re.compile(
    f"(?:{DOTTED}|{HAN}{{1,6}}{DOT}{HAN}{{1,7}}|{EVERY}{GIVEN}{{2}}|{EVERY}{GIVEN}"
    f"|{EVERY}{BLANK}{{1,4}}{GIVEN}|{ANY_SYLLABLE}{{2,8}})(?={_BREAK}|等)"
)
_RUNNING = re.compile(
    f"(?:{DOTTED}|{SYLLABLE}{{4,7}}|{OFTEN}{GIVEN}{{2}}|{OFTEN}{GIVEN}|{SYLLABLE}{{3}})"
    f"(?={_BREAK}|{_GOES_ON})"
)
_ONE = re.compile(f"{OFTEN}{GIVEN}{{1,2}}")
_TAIL = re.compile(f"(?:{DOTTED}|{SYLLABLE}{{3,7}})\\Z")
_ALREADY = re.compile(f"{HAN}{{1,2}}[*＊]{{1,3}}")

_COLON = re.compile(
    rf"(?:[及与和、/]?(?:其|联系|职务|职称|单位|签[字名章到]|姓名|原因|情况|电话|手机|方式|号码|人员|名单))*"
    rf"{BLANK}{{0,4}}(?:[（(][^（）()]{{0,16}}[）)])?{BLANK}{{0,4}}"
    r"[:：|｜]{1,2}[ \u3000|｜]{0,6}"
)
_LISTING = re.compile(
    rf"[:：](?:(?<=[人员].)|(?<=(?:{any_of(around.LISTS.split())}).)){BLANK}{{0,6}}"
)
_IS = re.compile(r"(?:的|会议的|人员)?(?:有|为|是|系)[:：]?")
_GAP = re.compile(r"(?:[（(][^（）()]{0,16}[）)])?[ \u3000\t]{0,6}")
_NEXT = re.compile(
    rf"(?:同志|女士|先生|老师)?(?:[（(][^（）()]{{0,40}}[）)])?(?:{BLANK}{{0,4}}[、，,;；/]|{BLANK}{{1,8}}"
    rf"|(?:和|及|与|以及)(?={HAN})){BLANK}{{0,4}}"
)
_SKIP = re.compile(r"[^、，,;；。|｜:：\n]{1,30}?(?=[、；;]|[ \u3000]+)")
_DOES = re.compile(
    "同志|负责(?!人)|牵头|任|担任|兼|主持|代管|协助|带队|主讲|授课|领学|具体|作|讲|代表|组织|介绍|宣读|、|和|[（(]"
)
_DID = re.compile(
    "说|表示|介绍|告诉|回忆|同志|老师|家[里中]|一家|主动|自己|今年|高兴|激动|感慨|笑|坚持|自愿"
    "|发言|走|等[0-9一二两三四五六七八九十]|[（(]"
)
_NUMBERED = re.compile(
    f"(?<!{HAN})({OFTEN}{GIVEN}{{1,2}})[ \u3000:：，,、（(|｜]{{0,3}}(?=\\d{{3}}\\*{{4}})")
"""A name that a masked number follows: “张某某 139******21”, and so in names of files."""
_HONOUR_NEAR = re.compile(any_of(KINDS["honour"]))
_HONOURED = re.compile(r"等|、|和|同志|为|[“（(\d]|老师|女士|先生")


def mask_names(text: str) -> str:
    """The text with personal names masked; the same length, the same everything else.

    Masking twice masks nothing more.
    """
    spans: list[Span] = []
    last = 0
    for may_be in MAY_BE.finditer(text):
        start = may_be.start()
        if start < last:
            continue
        pair = text[start : start + 2]
        if not (pair in PAIRS or pair[0] in SINGLY or pair[1].isspace()):
            continue
        cue = CUES[pair[0]](text, start)
        if cue:
            last = cue.end()
            _around(text, start, last, spans)
    if "****" in text:
        spans += [found.span(1) for found in _NUMBERED.finditer(text) if is_name(found[1])]
    if "：" in text or ":" in text:
        for label in _LISTING.finditer(text):
            first = _ENCLOSED.match(text, label.end())
            if first and is_name(first[0]):
                _listed(text, label.end(), spans)
        spans += alone.speakers(text)
    if text and text[-1] not in alone.NO_END and len(text) <= alone.LONGEST_PATH:
        spans += alone.titled_or_signed(text)
    if not spans:
        return text
    letters = list(text)
    for start, end in spans:
        kept = 2 if text[start : start + 2] in TWO and end - start > 2 else 1
        for place in range(start + kept, end):
            if text[place].isalpha():
                letters[place] = "*"
    return "".join(letters)


_NO_POST = frozenset(("进行长", "执行长", "实行长", "流行长", "推行长"))


def _around(text: str, start: int, end: int, spans: list[Span]) -> None:
    """Names that the words from `start` to `end` speak of: in front, behind, or both."""
    word = text[start:end]
    if word in "·•・‧":
        _dotted(text, start, spans)
        return
    if word in "（(等摄为男女":
        while start and text[start - 1] in " ，,|｜":
            start -= 1
        _in_front(text, start, spans, free=False)
        return
    if " " in word or "\u3000" in word or "\t" in word:
        word = "".join(word.split())
    if word.startswith("个人"):
        _listed(text, end + 1, spans)
        return
    if word == "由":
        _behind(text, end, spans, _DOES)
        return
    if word in KINDS["acting"] and _in_front(text, start, spans, free=False):
        return
    if word in KINDS["honour"]:
        if text[end : end + 1] in _THINGS:
            return
        _behind(text, end, spans, _HONOURED)
        return
    post = word in KINDS["post"]
    role = word in KINDS["role"] or word[-1] in "人员导者部"
    if post and word[-1] == "长" and (_LONG.match(text, end) or text[start - 1 : end] in _NO_POST):
        return
    if word in KINDS["address"]:
        _in_front(text, start, spans, free=True)
    elif post and word not in _LOCAL:
        _in_front(text, _without_rank(text, start), spans, free=False)
    if post or role or word in KINDS["label"]:
        colon = _COLON.match(text, end)
        if colon:
            _listed(text, colon.end(), spans)
        elif post or role:
            plain = word in _GENERIC and not _HONOUR_NEAR.search(text, max(0, start - 20), start)
            _behind(text, end, spans, _DID if plain else None)
        elif (is_ := _IS.match(text, end)) or text[end : end + 1] in _BLANK:
            _behind(text, is_.end() if is_ else end, spans, None)


_LONGEST = 1000
"""Names in one list; a text that was made to hold more must not take the time of its square."""
_THINGS = frozenset("金品信函书票表会")
_NO_SURNAME = frozenset(
    [f"{letter}于" for letter in "对由关基属位处至鉴限"]
    + [f"{letter}时" for letter in "及当届同按临随平"]
)
_BLANK = frozenset(" \u3000\t")


def _without_rank(text: str, start: int) -> int:
    """Where 副, 常务副, 第一 or 原 in front of a post begins."""
    for rank in ("常务副", "第一", "副", "原", "总"):
        if text.endswith(rank, 0, start):
            return start - len(rank)
    return start


def _listed(text: str, place: int, spans: list[Span]) -> None:
    """A list of names behind a label; what is no name in it (a post, an office) is passed over."""
    first, comma = True, False
    for _ in range(_LONGEST):
        name = None if comma else _RUNNING.match(text, place)
        name = name if name and is_name(name[0]) else _ENCLOSED.match(text, place)
        if name and is_name(name[0]):
            spans.append(name.span())
            place = name.end()
        else:
            passed = _ALREADY.match(text, place) or _SKIP.match(text, place)
            if not passed or (comma and not first):
                return
            place = passed.end()
        following = _NEXT.match(text, place)
        if not following:
            return
        comma = "，" in following[0] or "," in following[0]
        place, first = following.end(), False


def _behind(
    text: str, place: int, spans: list[Span], then: re.Pattern[str] | None
) -> None:
    """Names straight behind a post, a role or a verb, and those joined to them."""
    gap = _GAP.match(text, place)
    apart = gap is not None and gap.end() > place
    place = gap.end() if gap else place
    for _ in range(_LONGEST):
        name = _ENCLOSED.match(text, place) if apart else None
        if not name or not is_name(name[0]):
            name = _RUNNING.match(text, place)
            if not name or not is_name(name[0]) or name[0][:2] in WORDS:
                return
        if name[0][0] == "任" and not apart:
            then = then or _DOES
        if then and not then.match(text, name.end()):
            return
        spans.append(name.span())
        following = _NEXT.match(text, name.end())
        if not following or following[0][:1] in "，,；;":
            return
        place, apart = following.end(), True


def _in_front(text: str, end: int, spans: list[Span], *, free: bool) -> bool:
    """The name that ends here, and those joined to it by 、; whether there was one.

    A name must begin behind a break, a post, an office or a word like 由; `free`: need not.
    """
    found = False
    for _ in range(100):
        while end > 0 and text[end - 1] in _BLANK:
            end -= 1
        start = _start(text, end, free=free and not found)
        if start is None:
            return found
        spans.append((start, end))
        found = True
        if start == 0 or text[start - 1] not in "、和与及 \u3000":
            return found
        end = start - 1
        if text[end] not in " \u3000" and end and text[end - 1] in "）)":
            end = max(text.rfind(sign, max(0, end - 40), end) for sign in "（(")
    return found


def _start(text: str, end: int, *, free: bool) -> int | None:
    loose = None
    tail = _TAIL.search(text, max(0, end - 26), end)
    if tail and is_name(tail[0]) and (free or _begins(text, tail.start())):
        return tail.start()
    for size in (3, 2, 4):
        start = end - size
        if start < 0 or not _ONE.fullmatch(text, start, end):
            continue
        name = text[start:end]
        if not is_name(name) or name[:2] in WORDS:
            continue
        if size == 4 and name[:2] not in TWO:
            continue
        if name[0] == "任" and _named(text, start):
            continue  # 局长任双组长
        if text[start - 1 : start + 1] in _NO_SURNAME:
            continue
        if _begins(text, start):
            return start
        if text[start - 1] not in _COUNTS:
            loose = start if loose is None else loose
    if end >= 3 and text[end - 2] in _BLANK and _ENCLOSED.match(text, end - 3):
        return end - 3 if _begins(text, end - 3) else None
    if free and loose is not None and not text.endswith(PUBLIC, 0, end):
        return loose
    return None


def _begins(text: str, start: int) -> bool:
    """Whether a name may begin here, by what stands in front of it."""
    if start == 0:
        return True
    letter = text[start - 1]
    if letter in _ENDS:
        return True
    if letter in _COUNTS:
        return False
    if letter in "*＊" or letter.isalpha():
        return _named(text, start)
    return True


def _named(text: str, start: int) -> bool:
    """Whether a post, a role or a verb of honour stands straight in front."""
    return any(text[max(0, start - size) : start] in NAMING for size in (2, 3, 4))


def _dotted(text: str, place: int, spans: list[Span]) -> None:
    """A name of another tongue with a point inside: 阿卜杜·热合曼."""
    first, last = place, place + 1
    while first > 0 and text[first - 1] in _SOUNDS:
        first -= 1
    while last < len(text) and text[last] in _SOUNDS:
        last += 1
    if place - first >= 2 and last - place >= 3 and is_name(text[first:last]):
        spans.append((first, last))


_COUNTS = frozenset("一二两三四五六七八九十百千万几0123456789０１２３４５６７８９")
