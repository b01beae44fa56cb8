"""Personal data in text, masked with the same length, so that every span still holds.

Masked are citizens' id numbers (GB 11643: 17 digits and a check character, or the old 15), mobile
and landline numbers, and bank card numbers (ISO/IEC 7812: 16 to 19 digits with a Luhn check). The
first three and the last two characters stay, so that a reviewer can tell one from another.
"""

from __future__ import annotations

import re

_DIGIT = "[0-9０-９]"
_LONG = re.compile(
    rf"(?<![0-9０-９A-Za-z])(?:{_DIGIT}(?:[ \u3000-]?{_DIGIT}){{13,18}}[Xx]?)(?![0-9０-９A-Za-z])"
)
_MOBILE = re.compile(
    r"(?<![0-9０-９])[1１][3-9３-９]" + rf"(?:[ \u3000-]?{_DIGIT}){{9}}" + r"(?![0-9０-９])"
)
_LANDLINE = re.compile(
    rf"(?<![0-9０-９])(?:[(（]?[0０]{_DIGIT}{{2,3}}[)）]?[ \u3000—–-]?){_DIGIT}{{7,8}}(?![0-9０-９])"
)
_AFTER_WORD = re.compile(
    rf"(?:电\s*话|手\s*机|热\s*线|传\s*真|联系方式)(?:号码)?[^0-9０-９。；\n]{{0,12}}({_DIGIT}{{7,8}})"
    r"(?![0-9０-９])"
)
_SOME_DIGITS = re.compile(rf"{_DIGIT}(?:[ \u3000—–()（）-]?{_DIGIT}){{6}}")
_ASCII = str.maketrans("０１２３４５６７８９", "0123456789")


def mask(text: str) -> str:
    """The text with id, phone and card numbers masked; the same length, the same everything else."""
    if not _SOME_DIGITS.search(text):
        return text
    text = _LONG.sub(lambda found: _cover(found[0]) if _is_private(found[0]) else found[0], text)
    text = _MOBILE.sub(lambda found: _cover(found[0]), text)
    text = _LANDLINE.sub(lambda found: _cover(found[0]), text)
    return _AFTER_WORD.sub(
        lambda found: found[0][: found.start(1) - found.start()] + _cover(found[1]), text
    )


def _is_private(number: str) -> bool:
    digits = re.sub(r"[^0-9Xx]", "", number.translate(_ASCII))
    if len(digits) == 18 and re.match(r"[1-9]\d{5}(19|20)\d\d(0[1-9]|1[0-2])[0-3]\d", digits):
        return True
    if len(digits) == 15 and re.match(r"[1-9]\d{7}(0[1-9]|1[0-2])[0-3]\d", digits):
        return True
    return 16 <= len(digits) <= 19 and digits.isdigit() and _luhn(digits)


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
