"""Until when a standing arrangement holds, where the paper says so."""

from __future__ import annotations

import re

from pipeline.describe.dates import YEAR, dates, number, year_number

_UNTIL = re.compile(
    r"(?:有效期|任期|试行期|聘期|期限|有效|试行|协议期)[^。；！？]{0,40}?"
    rf"[至到](?:截?止)? ?(?P<year>{YEAR}) ?[年.\-/]"
)
_ENDS = re.compile(
    rf"自 ?(?P<year>{YEAR}) ?[年.\-/][^。；，]{{0,10}}(?:起|后)(?:自行|即行|自动)?"
    r"(?:废止|失效|停止执行|终止)"
)
# The paper's own term, not that of the certificates or contracts it speaks of.
_YEARS = re.compile(
    r"(?:(?:^|[，。；：（\s]|本[\u4e00-\u9fff]{1,6}|起(?:施行|实施|执行)|的)有效期|任期|聘期|试行期|试行)(?:限|时间)?"
    r"(?:均|暂定|一般|统一|各)?[为是]?(?P<count>[一二两三四五六七八九十\d]{1,2}) ?年"
)
_FROM = re.compile(
    rf"自 ?(?P<date>{YEAR} ?年[^。；，]{{0,10}}?)起(?:施行|执行|实施|试行|生效|计算)"
)
_OLD = re.compile(r"原|旧|同时|此前|以前|《")


def valid_until(text: str, dated: str | None) -> str | None:
    """The year in which the arrangement ends: 有效期至2024年…, 任期两年, 试行一年, 自…起废止.

    A term in years counts from the day it is in force (自…起施行), else from the paper's own date.
    The end of an older paper (原《…》自…起废止) is not this paper's.
    """
    if "期" not in text and "试行" not in text and "废止" not in text and "失效" not in text:
        return None
    match = _UNTIL.search(text)
    if match:
        return str(year_number(match["year"]))
    match = _ENDS.search(text)
    if match and not _OLD.search(text, max(0, match.start() - 40), match.start()):
        return str(year_number(match["year"]))
    match = _YEARS.search(text)
    if not match:
        return None
    start = None
    force = _FROM.search(text)
    if force and (found := dates(force["date"])):
        start = found[0].year
    elif dated:
        start = int(dated[:4])
    return str(start + number(match["count"].replace("两", "二"))) if start else None
