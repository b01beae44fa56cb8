"""Which encoding a Chinese text is in: the one place that decides, for plain text and HTML.

A byte order mark settles it. Otherwise every candidate that can decode the bytes is tried and the
text that looks most like Chinese (or plain ASCII) wins; a reading that looks like neither is none.
"""

from __future__ import annotations

import codecs
import re

from pipeline.errors import Unreadable

MARKS = (
    # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE = 100_000
"""Characters that are weighed; the rest of a long text is like its beginning."""
SAMPLE_BYTES = 4 * SAMPLE
LEAST = 0.15
"""Weight per character below which a text is rubbish; rare characters alone weigh 0.2."""

CHINESE, AHEAD = 0.45, 0.3
"""What a reading weighs that is Chinese for sure, and how much more than the one declared, where
that is not believed: GBK passes for Latin-1 without a fault."""
_CHARSETS = re.compile(
    "ascii|big5|cp[0-9]|euc|gb|hz|iso8859|iso2022|johab|koi8|mac|shift|tis|utf-(?:8|16|32)"
)
"""Names of Python's codecs for charsets; it has others, some of which take for ever."""
_KANA = re.compile("[\u3041-\u30ff]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_FREQUENT = re.compile(
    "[이다는에의을를가고하지사한은로기나도어시자대아인리정일들해서그스수보과있게적주전부]"
)
"""The syllables that carry about half of any Korean text."""
NEIGHBOURS = {
    "euc_jp": (_KANA, _KANA, 5, 0.3), "cp932": (_KANA, _KANA, 5, 0.3),
    "cp949": (_HANGUL, _FREQUENT, 12, 0.9),
}  # fmt: skip
"""Encodings of Chinese's neighbours, whose bytes are Chinese characters too: the letters that only
they have, the frequent ones, and how many and what share of all letters tell that it is they."""
SCRIPTS = tuple(re.compile(f"[{letters}]") for letters in (
    "\u0400-\u052f", "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc", "\u0900-\u097f",
    "\u0e00-\u0e7f", "\u0f00-\u0fff", "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f",
    "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3", "\u1800-\u18af\u202f", "\u1950-\u19df\u1a20-\u1aaf",
    "\ua000-\ua4cf", "\ua4d0-\ua4ff", "\ua840-\ua87f", "\U00016f00-\U00016f9f",
))
"""Letters of the scripts that papers here are also written in: Cyrillic (Kazakh), Arabic (Uyghur),
Devanagari, Thai, Tibetan, Burmese (Jingpo), Korean, Mongolian, Dai, Yi, Lisu, Phags-pa, Miao.
"""
_ANY_SCRIPT = ("utf-8", "gb18030")
FEWEST = 8
"""Bytes of different letters of one of them that tell: few characters of GBK pass for such."""
_TRIPLE = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
_TRIPLES = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){4}")
"""Characters of Chinese in UTF-8. GBK has one of them in twenty by accident, not four in a row."""
_FEW = 3
"""Broken characters that are only that; more of them are lines in another encoding."""
_WIDE = ("utf-16", "utf-32")
_PAGES = {936: "gb18030", 54936: "gb18030", 10008: "gb18030", 950: "cp950", 65001: "utf-8"}
_XML_CHARSET = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,400}\?>")

# The characters that carry about half of any Chinese text, then those of offices' papers, then
# the traditional forms. Two readings of the same bytes differ most in how many of these they hold.
COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过"
    "发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开"
    "但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物"
    "手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通"
    "教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受"
    "目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白"
    "却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观"
    "清今切院让识候带导争运团党委办局省县乡镇村组织领导单位部门促进创建工作方案通知总结报告落实责任加强"
    "推进开展活动宣传教育示范促族团结进步会议记录纪要负责时间地点印发关于附件编号序号姓名职务联系"
    "这國個們來時會說為過發後裡經麼學現當沒動還樣從實軍無與長機業將兩間問應戰頭體見產話給門兒東聲"
    "員論處義幾條氣題數報務計資許統區隊決馬書則聽難權設記類據邊張該規萬傳師觀領導爭運團黨縣鄉鎮組織單"
    "項號圖讀寫錄華麗電視頁買賣網灣臺雜誌愛歡這裏吧啊嗎呢她它你您誰請謝對錯好很最新聞更多"
)
# characters by what they say of the reading: (pattern, weight)
_COMMON = re.compile(f"[{''.join(sorted(COMMON))}]")
_HAN = re.compile("[\u4e00-\u9fff]")
_MARKS = re.compile("[\u3000-\u301f\uff01-\uff5e“”‘’…—·]")
_PLAIN = re.compile("[\t\n\r -~]")
_MORE_THAN_ASCII = re.compile(rb"[\x80-\xff]")
_BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd-\uffff]")


def weigh(text: str) -> float:
    """How much a text looks like Chinese or ASCII, per character: 0.3 to 1.0; rubbish less."""
    text = text[:SAMPLE]
    if not text:
        return 0.0
    common = len(_COMMON.findall(text))
    han = len(_HAN.findall(text)) - common
    marks = len(_MARKS.findall(text))
    plain = len(_PLAIN.findall(text))
    broken = len(_BROKEN.findall(text))
    others = len(text) - common - han - marks - plain - broken
    return (common + 0.2 * han + 0.7 * marks + 0.5 * plain - 0.3 * others - 3 * broken) / len(text)


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of `data`, without its byte order mark.

    `declared` is the charset that the paper itself states (HTML, XML); it is believed unless it
    gives rubbish. Raises Unreadable("garbled") when no encoding gives a text.
    """
    for mark, name in MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    if b"\0" not in data:
        if data.isascii():
            return _seven_bits(data)
        if _is_utf8(data):
            return data.decode("utf-8")
    text = _declared(data, declared) if declared else None
    sample = _telling(data)
    best, name = max(
        ((_bonus(name, read) + _weigh(name, read), name) for name, read in _readings(sample)),
        key=lambda pair: pair[0],
    )
    if text is not None and not (best >= CHINESE and best >= weigh(text) + AHEAD):
        return text
    if best < LEAST:
        if _TRIPLES.search(data) and weigh(mixed := _by_line(data, "gb18030")) >= CHINESE:
            return mixed
        raise Unreadable("garbled", "encoding")
    return _whole(data, name)


def xml_charset(data: bytes) -> str | None:
    """The charset that the declaration of an XML file states."""
    stated = _XML_CHARSET.search(data[:400])
    return stated[1].decode("ascii") if stated else None


def undeclared(text: str) -> str:
    """An XML text without its declaration, which holds no longer once it is decoded."""
    return _XML_DECLARATION.sub("", text)


def code_page(number: int) -> str:
    """The codec for a code page of Windows; whether there is such a codec is not asked."""
    return _PAGES.get(number, f"cp{number}")


def _telling(data: bytes) -> bytes:
    """As much of the data as is weighed, from where it begins to be more than ASCII."""
    first = _MORE_THAN_ASCII.search(data)
    start = max(first.start() - 1000, 0) & ~3 if first and b"\0" not in data[:1000] else 0
    return data[start : start + SAMPLE_BYTES]


def _seven_bits(data: bytes) -> str:
    """ASCII, HZ (RFC 1843: Chinese between `~{` and `~}`), or ISO-2022-JP (RFC 1468)."""
    text = data.decode("ascii")
    if "\x1b$" in text:
        try:
            return data.decode("iso2022_jp")
        except UnicodeDecodeError:
            return text
    if "~{" in text:
        try:
            read = data.decode("hz")
        except UnicodeDecodeError:
            return text
        if weigh("".join(_HAN.findall(read))) > 0.4:
            return read
    return text


def _weigh(name: str, read: str) -> float:
    """What a reading weighs; one in a neighbour's encoding nothing unless it is surely that."""
    if name not in NEIGHBOURS:
        weight = weigh(read)
        unsure = name in _ANY_SCRIPT and weight < CHINESE
        return weight + (0.8 * _of_one_script(read[:SAMPLE]) if unsure else 0.0)
    own, frequent, fewest, share = NEIGHBOURS[name]
    read = read[:SAMPLE]
    letters = len(read) - len(_PLAIN.findall(read)) - len(_MARKS.findall(read))
    found = len(own.findall(read))
    if found < fewest or found < share * letters or len(_BROKEN.findall(read)) * 100 > letters:
        return 0.0
    return weigh(read) + (0.5 * found + 0.8 * len(frequent.findall(read))) / len(read)


def _of_one_script(read: str) -> float:
    """The share of letters of one of `SCRIPTS`, 0 where they do not tell: bytes that mean something
    else make letters of several, and broken ones."""
    letters = len(read) - sum(len(kind.findall(read)) for kind in (_PLAIN, _MARKS, _HAN))
    found = max(("".join(script.findall(read)) for script in SCRIPTS), key=len)
    enough = len("".join(set(found)).encode()) >= FEWEST and len(found) >= 0.9 * letters
    return len(found) / len(read) if enough else 0.0


def _whole(data: bytes, name: str) -> str:
    """All of the data in the encoding that its sample is in, or each line in its own where files in
    UTF-8 and in GBK were put together."""
    text = data.decode(name, "replace")
    if name == "utf-8":
        mixed = text.count("\ufffd") > _FEW
    else:
        mixed = name == "gb18030" and _TRIPLES.search(data) is not None
    return _by_line(data, name) if mixed else text


def _by_line(data: bytes, name: str) -> str:
    lines = data.split(b"\n")
    return "\n".join(line.decode(_of_line(line, name), "replace") for line in lines)


def _of_line(line: bytes, name: str) -> str:
    more = 0 if line.isascii() else len(_MORE_THAN_ASCII.findall(line))
    if more < 4:
        return name
    if name == "utf-8":
        try:
            line.decode(name)
            return name
        except UnicodeDecodeError:
            pass
    return "utf-8" if 6 * len(_TRIPLE.findall(line)) >= more else "gb18030"


def _bonus(name: str, read: str) -> float:
    # bytes that are not meant as UTF-8 rarely pass for it; an accident needs a short text
    if name != "utf-8":
        return 0.0
    more = len(read) - len(_PLAIN.findall(read))
    return 0.3 if read.count("\ufffd") * 10 <= more else 0.0


def _readings(data: bytes) -> list[tuple[str, str]]:
    # A text cut in the middle of a character, or with a few bad bytes, is still that text: each
    # replacement costs weight, and many of them all of it.
    names = ["utf-8", "gb18030", "cp950", "cp1252", *NEIGHBOURS]
    if len(data) % 2 == 0:
        names += ["utf-16-le", "utf-16-be"]
    if len(data) % 4 == 0 and data.count(0) * 4 >= len(data):
        names += ["utf-32-le", "utf-32-be"]
    return [(name, data.decode(name, "replace")) for name in names]


def _is_utf8(data: bytes) -> bool:
    """Whether the bytes pass for UTF-8 so often that it can be no accident: pages are converted,
    and go on stating what they were."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return len(data) - len(text) > 100


def _declared(data: bytes, declared: str) -> str | None:
    """The text as the paper says that it is to be read; None where that cannot be."""
    # pages say gb2312 and hold GBK; they say big5 and hold its Windows form
    name = declared.strip().lower()
    name = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950", "x-gbk": "gb18030"}.get(
        name, name
    )
    try:
        name = codecs.lookup(name).name
        if not _CHARSETS.match(name) or (name.startswith(_WIDE) and b"\0" not in data):
            return None
        text = _whole(data, name)
    except (LookupError, ValueError):
        return None
    return text if text.count("\ufffd") * 200 <= len(text) else None
