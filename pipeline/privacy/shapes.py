"""What a name looks like, as patterns, and which stretches look so and are none."""

from __future__ import annotations

from pipeline.privacy import around, given, surnames

Span = tuple[int, int]

TWO = frozenset(surnames.DOUBLE.split())
WORDS = frozenset(surnames.WORDS.split())
PUBLIC = tuple(surnames.PUBLIC.split())
BLANK = "[ \u3000\t]"
HAN = "[\u3400-\u9fff]"
DOT = "[·•・‧]"
GIVEN = f"(?:(?![{surnames.NEVER_GIVEN}]){HAN})"
EVERY = f"(?:{'|'.join(sorted(TWO))}|[{surnames.SINGLE}])"
OFTEN = f"(?:{'|'.join(sorted(TWO))}|(?![{surnames.SELDOM}])[{surnames.SINGLE}])"
SYLLABLE = f"(?:高娃|加措|强巴|苏和|艾力|(?![加强力高和提江热平别日长索])[{surnames.SOUND}])"
ANY_SYLLABLE = f"(?:(?!加强|提高|努力|长江|和平|热力|强力|西部|西江|别墅|特色)[{surnames.SOUND}])"
DOTTED = f"[{surnames.SOUND}]{{1,7}}(?:{DOT}[{surnames.SOUND}]{{1,8}}){{1,3}}"

_KIN = frozenset(around.ADDRESS.split()) | frozenset(around.KIN.split())
_NO_GIVEN = frozenset("家老女男小")
_SCHOOLS = frozenset(("小学", "中学", "大学", "学校"))
_WORDS_ALONE = WORDS | frozenset(given.ALSO.split()) | frozenset(given.PLACES.split())
_FAR = tuple(given.FAR.split())
_PLAIN = frozenset(given.PLAIN)
_LAST = frozenset(given.LAST)
_SURE = frozenset(given.SURE)
_ONLY = frozenset(given.ONLY)
_SELDOM = frozenset(surnames.SELDOM)
_UNSURE = frozenset(["第五", "阿尔", "百里", "东方", "司空", "西门", "南宫", "东郭", "单于"])
_LAND = frozenset("岭山河林海堂园江水石田洲洞岩泉大小")
_OF_PLACES = frozenset("湾寨坪沟坡堡营屯坝冲箐庄桥塘井滩垭塬洼峪屿巷弄苑城港渡")


def is_name(found: str) -> bool:
    """Whether a stretch that looks like a name is none of the words that look so too."""
    flat = "".join(found.split())
    return not (
        flat in WORDS
        or flat[1:] in _KIN
        or flat[1:] in _NO_GIVEN
        or flat[-2:] in _SCHOOLS
        or any(public in flat for public in PUBLIC)
    )


def is_name_alone(found: str) -> bool:
    """Whether a stretch that looks like a name is one where no word around says so."""
    if not is_name(found):
        return False
    flat = "".join(found.split())
    if any(place in flat for place in _FAR):
        return False
    last = flat[-1]
    if flat[:2] in TWO:
        return 3 <= len(flat) <= 4 and flat[:2] not in _UNSURE and last not in _OF_PLACES
    if last in _OF_PLACES or len(set(flat)) == 1:
        return False
    if len(flat) != 3:
        known = flat[0] in _PLAIN or last in _SURE or len(flat) > 3
        return known and flat[0] not in _SELDOM and flat[:2] not in _WORDS_ALONE
    if last not in _LAST or (flat[1] == "家" and last in _LAND) or flat[1:] in WORDS:
        return False
    if flat[0] in _SELDOM:
        return last in _SURE and flat[1] in _LAST and flat[:2] not in _WORDS_ALONE
    return flat[:2] not in _WORDS_ALONE or (last in _ONLY and flat[:2] not in WORDS)
