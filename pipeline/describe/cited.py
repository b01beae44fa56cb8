"""What a text only cites, and what therefore gives no date of an act.

That is anything inside 《》 or a 文号; a plan's span (2021—2025年规划); a basis (根据2019年…意见);
what was studied (学习2021年…讲话); the subject of a report heard (关于2022年…情况的汇报); a
comparison (比2021年增长); a background (2015年成立); a term of validity.
"""

from __future__ import annotations

import re

from pipeline.describe.dates import YEAR, squeezed, states_year

_STOP = "，。；！？\\n：:;!?"
_NOT_STOP = f"[^{_STOP}]"
_BASIS_NOUN = (
    "要求|精神|规定|意见|部署|安排|通知|文件|计划|方案|要点|办法|决定|条例|标准|会议|纲要|规划|批示|指示"
    "|讲话|决策|法律|法规|规程|细则|制度|统计|数据"
)
_HEARD = "汇报|报告|情况|通知|意见|通报|决定|批复|请示|说明|方案|函"

# Each takes a stretch out of the text before dates are looked for; bounded, so that none runs away.
_NEVER = (
    # 文号: 〔2023〕5号, (2023)第5号; the six-cornered bracket is used for nothing else.
    (
        "号〔﹝〕﹞",
        re.compile(
            r"[〔﹝［\[（(【] ?[\dx×X]{2,4} ?[〕﹞］\]）)】] ?第? ?\d{1,5} ?号"
            r"|[〔﹝] ?\d{4} ?[〕﹞]|[12]\d{3}年?第\d{1,4}号"
        ),
    ),
    # A span of years that names a plan or a term.
    (
        "-—–~～－至到",
        re.compile(
            rf"{YEAR} ?年? ?(?:[-—–~～－]{{1,2}}|至|到) ?{YEAR} ?(?:年|年度)?"
            r"[^，。；、：\n》]{0,24}?(?:规划|计划|纲要|行动|方案|任期|时期|周期|期间规划)"
        ),
    ),
    # A basis, up to the noun it rests on (and further such nouns joined to it).
    (
        "据照循按行彻实合彻",
        re.compile(
            rf"(?:根据|依据|按照|依照|遵照|参照|对照|遵循|(?<![根依])据(?=\d)|结合|贯彻|落实|按(?=[\d省市县州区上党中]))"
            rf"{_NOT_STOP}{{0,60}}?(?:{_BASIS_NOUN})"
            rf"(?:[、和及与以并]{_NOT_STOP}{{0,40}}?(?:{_BASIS_NOUN})){{0,4}}"
        ),
    ),
    # What was studied, handed on or publicised.
    (
        "学传宣",
        re.compile(
            rf"(?:学习|传达|宣传|宣讲|收看|观看){_NOT_STOP}{{0,14}}?{YEAR} ?年{_NOT_STOP}{{0,30}}?"
            r"(?:讲话|精神|会议上|论述|批示|指示|回信|文件|意见|条例|通知|规定|办法|报告|全会|公报)"
        ),
    ),
    # A comparison.
    (
        "比较与同到是为占从继在",
        re.compile(
            rf"(?:对比|相比|同比|[比较与同])(?:于)? ?(?:{YEAR} ?年度?(?:同期|底|末|初)?)"
            rf"|从 ?{YEAR} ?年(?:底|末)?的?[^，。；：]{{1,14}}?(?=增|提|上升|下降|减|降)"
            rf"|(?:继|在) ?{YEAR} ?年度?[^，。；：]{{0,8}}?(?:之?后|基础上)"
            rf"|(?:到|是|为|占) ?{YEAR} ?年的(?:[\d一二三四五六七八九十]{{1,6}}[成倍%.]|水平|同期)"
        ),
    ),
    # A purpose: 为迎接2025年测评, 为做好2022年工作.
    (
        "为",
        re.compile(
            rf"(?<![作视成认以])为了?{_NOT_STOP}{{0,14}}?{YEAR} ?年{_NOT_STOP}{{0,30}}(?=，)"
        ),
    ),
    # A founding, a law's version, a person's record.
    (
        "成建创修出入参毕版颁设组挂",
        re.compile(
            rf"{YEAR} ?年[ \d月日份]{{0,8}}[^，。；：\n》]{{0,10}}?"
            r"(?:成立以来|建成以来|始建|创建于|创办|建校|建院|建局|建所|建站|建厂|建镇|建村|组建|挂牌成立"
            r"|出生|生于?[，,）)]|入党|参加工作|入职|入伍|调入|毕业|修订|修正|版[）)》]|颁布|设立|成立(?!了?领导|了?工作|了?专))"
        ),
    ),
    (
        "建于生立",
        re.compile(rf"(?:始建于|创建于|成立于|组建于|创办于|建于|生于|设立于) ?{YEAR} ?年"),
    ),
    # Terms of validity, and the day from which a rule is in force.
    (
        "期自施执废",
        re.compile(
            rf"(?:有效期|任期|试行期|聘期|期限)[限为]?{_NOT_STOP}{{0,24}}{YEAR}{_NOT_STOP}{{0,10}}"
            rf"|自? ?{YEAR}{_NOT_STOP}{{1,14}}?起(?:施行|执行|实施|废止|生效|试行|失效)"
        ),
    ),
)
# The subject of a report that was heard, or of a paper that is named.
_NAMED_PAPER = re.compile(rf"关于{_NOT_STOP}{{0,50}}?的(?:{_HEARD})")
# With what stands in brackets right behind: when it was passed, its 文号, its span of years.
_TITLES = re.compile(
    r"《[^《》]{0,300}(?:《[^《》]{0,200}》[^《》]{0,200}){0,4}》(?:[（(][^（）()]{0,60}[）)])?"
    r"|《[^《》，。；]{1,120}"
)


def uncited(text: str) -> str:
    """A copy for reading dates: gaps closed, and what is only cited blanked out."""
    if " " in text or "\u3000" in text or "\xa0" in text:
        text = squeezed(text)
    if "《" in text:
        text = _TITLES.sub(_blank, text)
    if "关于" in text:
        text = _NAMED_PAPER.sub(_blank, text)
    if not states_year(text):
        return text
    letters = set(text)
    for signs, never in _NEVER:
        if not letters.isdisjoint(signs):
            text = never.sub(_blank, text)
    return text


def _blank(match: re.Match[str]) -> str:
    return "\u25a1" * (match.end() - match.start())
