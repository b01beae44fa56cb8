"""Id, phone and card numbers: citizens' id numbers (GB 11643: 17 digits and a check character, or
the old 15), mobile and landline numbers, and bank card numbers (ISO/IEC 7812: 16 to 19 digits with
a Luhn check). The first three and the last two characters stay, so that a reviewer can tell one
from another.

What a paper is assessed by stays: document numbers, dates, years, amounts, counts, serials, codes
of organisations. Where digits stand apart, as PDFs leave them, the way they are grouped decides:
a row of table figures must not turn into a phone number.
"""

from __future__ import annotations

import re

_D = "[0-9０-９]"
_GAP = "[ \u3000\u200b－-]"
_NOT_BEHIND = r"(?<![0-9０-９A-Za-z.．*])"
_NOT_BEFORE = r"(?![0-9０-９A-Za-z*]|[.．][0-9０-９]|\s?[元万亿])"

_LONG = re.compile(rf"{_NOT_BEHIND}{_D}(?:{_GAP}?{_D}){{13,18}}(?:{_GAP}?[XxＸｘ])?{_NOT_BEFORE}")
_MOBILE = re.compile(
    rf"{_NOT_BEHIND}(?:[+＋]?86[ -]?)?[1１](?:[3-9３-９]{_D}{{9}}"
    rf"|[3-9３-９]{_D}[.．]{_D}{{4}}[.．]{_D}{{4}}"
    rf"|[3-9３-９]{_D}{_GAP}{_D}{{4}}{_GAP}?{_D}{{4}}"
    rf"|[3-9３-９]{_D}{{5}}{_GAP}{_D}{{4}}"
    rf"|{_GAP}[3-9３-９](?:{_GAP}{_D}){{9}}){_NOT_BEFORE}"
)
# Area codes of China are 010, 02x and 03xx to 09xx; a local number begins with 2 to 8.
_LANDLINE = re.compile(
    rf"{_NOT_BEHIND}[(（]?[0０](?:[1１][0０]|[2２]{_D}|[3-9３-９]{_D}{{2}})[)）]?"
    rf"[ \u3000—–-]?[2-8２-８]{_D}{{6,7}}{_NOT_BEFORE}"
)
_AFTER_WORD = re.compile(
    rf"(?:电\s?话|手\s?机|热\s?线|传\s?真|联系方式)(?:号码?)?[^0-9０-９。；|\n]{{0,12}}"
    rf"({_D}{{7,8}}(?:[、，,/ ]{_D}{{7,8}}){{0,4}})(?![0-9０-９]|[.．][0-9０-９]"
    r"|\s?[元万亿人户次个件条份])"
)
_SOME_DIGITS = re.compile(rf"{_D}(?:[ \u3000\u200b—–－()（）.．-]?{_D}){{6}}")
_SERIAL = re.compile(
    r"(?:代码|编号|序号|单号|流水号?|案号|票号|编码|证书号?|[Nn][Oo][.．]?)[：: ]{0,2}[(（]?$"
)
_ASCII = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789XX")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PROVINCES = frozenset(
    {11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46}
    | {50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83}
)
_BIRTH = re.compile(r"(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")


def mask_numbers(text: str) -> str:
    """The text with id, phone and card numbers masked; the same length, the same everything else.

    Masking twice masks nothing more.
    """
    if not _SOME_DIGITS.search(text):
        return text
    text = _LONG.sub(lambda found: _cover(found[0]) if _is_private(found) else found[0], text)
    text = _MOBILE.sub(_phone, text)
    text = _LANDLINE.sub(_phone, text)
    return _AFTER_WORD.sub(
        lambda found: (
            found[0][: found.start(1) - found.start()]
            + "".join(map(_cover, re.split(r"([、，,/ ])", found[1])))
        ),
        text,
    )


def _phone(found: re.Match[str]) -> str:
    return found[0] if _called_serial(found) else _cover(found[0])


def _called_serial(found: re.Match[str]) -> bool:
    """Whether the words in front call the number a serial or the code of an organisation."""
    return bool(_SERIAL.search(found.string[max(0, found.start() - 12) : found.start()]))


def _is_private(found: re.Match[str]) -> bool:
    number = found[0].translate(_ASCII).upper()
    digits = re.sub(r"[^0-9X]", "", number)
    groups = re.split(r"[ \u3000\u200b－-]", number)
    apart = len(groups) > 1
    if _is_id(digits):
        # Apart, or called a serial, it must also pass the check; else a mistyped id is one too.
        return _checked(digits) or not (apart or _called_serial(found))
    if len(digits) == 15 and not apart and int(digits[:2]) in _PROVINCES:
        return bool(_BIRTH.match("19" + digits[6:12])) and not _called_serial(found)
    if not (16 <= len(digits) <= 19 and digits.isdigit() and _luhn(digits)):
        return False
    if apart:
        by_four = [len(group) for group in groups[:4]] == [4] * 4 and len(groups) <= 5
        if not (by_four or set(map(len, groups)) == {1}):
            return False
    return digits[0] in "3456" or digits.startswith("9558")


def _is_id(digits: str) -> bool:
    """18 places, a province in front and a day of birth in the middle (GB 11643)."""
    return (
        len(digits) == 18
        and digits[:17].isdigit()
        and int(digits[:2]) in _PROVINCES
        and bool(_BIRTH.match(digits[6:14]))
    )


def _checked(digits: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return digits[17] == "10X98765432"[total % 11]


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _cover(number: str) -> str:
    """All but the first three and the last two characters; separators stay."""
    return "".join(
        "*" if 3 <= place < len(number) - 2 and letter not in " \u3000-—–()（）" else letter
        for place, letter in enumerate(number)
    )
