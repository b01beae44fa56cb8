"""Whose paper it is: our unit's, a superior's that we received, another unit's, or unknown.

If in doubt a paper is `unit` or `unknown`, never another's: only `superior` and `other` keep it
from counting. Without a unit's name both are out of reach.
"""

from __future__ import annotations

import re

from pipeline.describe.organisations import is_ours, profile
from pipeline.evidence import Owner, Unit

# Who speaks to a whole region's offices.
_GOVERNING = re.compile(
    r"(?:(?:人民)?政府(?:办公?[室厅]?)?|委员会办公室|[省州市县区旗镇乡]委(?:办公?室?|组织部|宣传部|统战部|统一战线工作部|政法委|政法委员会|编办|网信办"
    r"|巡察办)?|(?:直机关|直属机关)工委|工作委员会|工委|统战部|组织部|宣传部|民族宗教(?:事务)?(?:局|委员会|委)|民宗[局委]|民族事务委员会|民委"
    r"|领导小组(?:办公室)?|创建办|指挥部|党政(?:综合)?办公?室|管委会|管理委员会|[省州市县区旗]委|党工委)$"
)
_STATE = re.compile(r"^(?:中共中央|中央|国务院|国家|全国|中华人民共和国|最高人民)")
_TO_MANY = re.compile(
    r"各(?:县|市|区|州|乡|镇|街道|苏木|有关|相关|成员|部门|单位|直属机关|级|委办局|人民团体|企事业|中小学|学校|村|社区|党委|党组|基层)"
    r"|[省州市县区旗]直(?:属)?(?:各)?(?:机关)?(?:各)?(?:单位|部门)|委各部|政府各|[省州市县区旗]委各"
)
_TO_OWN = re.compile(
    r"(?:[局委办厅院校司镇乡机]属|机关|本|全局)各?(?:科|股|处|室|单位|支部|党支部|部门)|各(?:科|股|处|室|股室|科室|支部|党支部|党总支|班级|年级|教研组"
    r"|处室|内设|站所|所属|下属|二级)|所属各单位|直属各单位"
)


def owner_of(
    unit: Unit,
    issuers: tuple[str, ...],
    subject: str | None,
    addressed: str,
    title: str,
    text: str,
    by: str,
) -> Owner:
    """Decides from the issuers, the title's subject, the 主送机关 and the whole text (no gaps).

    `by` says how the issuers were found (`letterhead`, `signature`, `title` …); `subject` is the
    office that the title itself names first.
    """
    if not unit.names:
        return "unknown"
    if any(is_ours(issuer, unit) for issuer in issuers):
        return "unit"
    if subject and is_ours(subject, unit) and not issuers:
        return "unit"
    named = _names_us(text, unit, issuers)
    to_us = _to_us(addressed, unit)
    if not issuers:
        if _TO_OWN.search(addressed) or named:
            return "unit"
        if to_us and not _speaks_to_many(unit):
            return "superior"
        return "unit" if _speaks_as(unit, text) else "unknown"
    higher = any(is_higher(issuer, unit) for issuer in issuers)
    if higher:
        return "superior"
    if to_us and not _TO_OWN.search(addressed):
        return "superior"
    if named:
        return "unknown"
    about = any(issuer in title or text.count(issuer) >= 2 for issuer in issuers)
    return "other" if about and by != "field" else "unknown"


def is_higher(issuer: str, unit: Unit) -> bool:
    """Does the issuer stand above the unit: by level, or as a governing organ of its region?"""
    if _STATE.match(issuer):
        return True
    theirs, ours = profile(issuer), profile(unit.names[0])
    if theirs.level and ours.level:
        if theirs.level < ours.level:
            return True
        if theirs.level > ours.level:
            return False
        same = not theirs.region or theirs.region == ours.region
        # 市 may be a prefecture or a county: a governing organ of another 市 may stand above us.
        if not same and not (theirs.region[-1] == "市" and ours.region[-1] == "市"):
            return False
    if re.search(r"(?<!大)厅$|省委$|省政府$", issuer) and ours.level != 1:
        return True
    return bool(_GOVERNING.search(issuer))


def _speaks_as(unit: Unit, text: str) -> bool:
    """Does the text say 我局 (for a 局), 我镇 (for a 镇) or 我单位 of itself?"""
    sign = unit.names[0][-1]
    return any(word in text for word in (f"我{sign}", f"本{sign}", "我单位"))


def _speaks_to_many(unit: Unit) -> bool:
    return bool(_GOVERNING.search(unit.names[0]))


def _to_us(addressed: str, unit: Unit) -> bool:
    if not addressed:
        return False
    if any(len(name) >= 3 and name in addressed for name in unit.names):
        return True
    return bool(_TO_MANY.search(addressed)) and not _TO_OWN.search(addressed)


def _names_us(text: str, unit: Unit, issuers: tuple[str, ...]) -> bool:
    """Is any of our names in the text, outside the issuers' own names?"""
    for issuer in issuers:
        text = text.replace(issuer, "")
    return any(name in text for name in unit.names)
