"""Templates left unfilled: an organisation, post, date or number that nobody wrote in.

A masked person's name or number is no residue: 张XX, 李**, 王某某, XX同志, 138****1234 stand in
finished papers, and hide what ought to be hidden. Nor is what merely looks like a mask: X光, 5×8,
二○二三年, a tick box, Markdown's **bold**, the blanks of a test paper, an empty line to sign on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.evidence import Flag, Passage

QUOTE = 40
"""Longest quotation in a flag's `where`."""

_X = "[XxＸｘ]"
_MANY = rf"(?:{_X}{{1,6}}|[×✕]{{2,6}}|[□○]{{2,6}}|[*＊]{{2,4}})"
_ONE = r"[XxＸｘ×□*＊_＿]"
_ALONE = r"(?<![A-Za-z0-9Ａ-Ｚ０-９*＊×□○_＿.\-])"
_ORGANISATION = (
    r"(?:自治)?(?:省|市|县|区(?!别|分)|州|盟|旗|乡|镇|街道|社区|村(?!民)|局|党?委|办公?室?|厅|单位|机关|支部|党[组总]"
    r"|部门|委员会|人民政府|政府|中心|公司(?!职)|集团|企业|学校|小学|中学|大学|学院|幼儿园|医院|卫生院"
    r"|科室|科(?![技学目研])|处(?!理)|工作站|工作队|大队|派出所)"
)
_COUNTED = (
    r"(?:余|多)?(?:人次|人(?![工民员])|名(?![称单])|场次?|次|份|册|期(?!间)|篇|条|个(?!性|人)|件|户|项|元|万|亩"
    r"|公里|[％%]|号文)"
)
# The surnames most common among the peoples of China, without those that are also words in front
# of an organisation (向, 由, 于, 任), and 小 and 老 before a name.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余杜叶程魏苏吕丁沈姚卢姜崔钟谭陆"
    "范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔汤和木普刀岩小老"
)
_SOFT = "部门科处室所队中党办委公集企单机学小大医卫工派支村"
"""First letters of what may follow a masked name: 张XX所在单位, 李XX科长, 王XX村民."""

_SIGNS = "XxＸｘ×✕□○*＊_＿"
# Kind, letters without any of which the pattern cannot be found, pattern.
_PATTERNS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "year",
        _SIGNS,
        re.compile(
            rf"(?<![0-9A-Za-z])(?:(?:19|20)(?:[0-9]{_X}|{_X}{{2}})"
            r"(?=\s*年|[〕）)】\]]|[^0-9A-Za-z级届款型号寸]|$)"
            rf"|(?:19|20)(?:[0-9][×□*＊_＿]|[×□*＊_＿]{{2,4}})(?=\s*(?:年|[〕）)】\]]|[-./]\s*{_ONE})))"
        ),
    ),
    (
        "date",
        _SIGNS,
        re.compile(
            rf"{_ALONE}(?:{_ONE}{{1,4}}\s*年\s*(?:{_ONE}{{1,2}}|\d{{1,2}})\s*月"
            rf"|(?:{_X}{{2,4}}|[×□]{{2,4}}|[*＊]{{2,4}})\s*年(?!级)"
            rf"|{_ONE}{{1,2}}\s*月\s*(?:{_ONE}{{1,2}}|\d{{1,2}})\s*日)"
            rf"|\d{{4}}\s*年\s*{_ONE}{{1,2}}\s*月|\d\s*月\s*{_ONE}{{1,2}}\s*日"
        ),
    ),
    (
        "blank date",
        "日",
        re.compile(
            r"(?<![\d一二三四五六七八九十〇零])[ \u3000_＿]{2,40}年[ \u3000_＿]{1,40}月"
            r"[ \u3000_＿]{1,40}日"
        ),
    ),
    (
        "number",
        _SIGNS + "号",
        re.compile(
            rf"[〔﹝\[［【(（](?:20\d\d|{_ONE}{{4}})[〕﹞\]］】)）]\s{{0,3}}(?:第\s?)?"
            rf"(?:{_ONE}{{1,4}}|[ \u3000_＿]{{0,4}})\s?号"
            rf"|第\s*(?:{_X}{{1,4}}|[×□]{{1,4}}|[*＊]{{2}}|[_＿]{{2,9}})\s*(?:次|期|号|批|条|届|季度)"
            rf"|{_ALONE}(?:{_X}{{1,4}}|×{{2,4}}|[*＊]{{2}})\s*{_COUNTED}"
        ),
    ),
    ("organisation", _SIGNS, re.compile(rf"{_ALONE}{_MANY}(?={_ORGANISATION})")),
    ("organisation", "某", re.compile(r"某某(?=县|市|局|区|镇|乡|单位|街道|社区|村(?!民))")),
    ("organisation", _SIGNS, re.compile(r"党的\s*□?(?:xx|XX|××)届")),
    (
        "to fill in",
        "[]【】（）()〔〕<>《》",
        re.compile(
            r"[\[【（(〔<《](?:此处|请|在此)?(?:填写|填入|输入|插入|补充)[^\]】）)〕>》]{0,20}[\]】）)〕>》]"
            r"|[（(【\[](?:本?单位|部门|学校|公司|机构|乡镇|街道|社区|活动|会议|文件|地区|项目)(?:名称|全称|名)"
            r"[）)】\]](?!\s*[:：]\s*[^\s_＿])"
            r"|(?:组\s?长|成\s?员|主\s?任|联络员|主持人?|记录人?|联系人|负责人)\s?[:：]\s?[（(【\[]\s?"
            r"(?:姓\s?名|职\s?务|填写)"
        ),
    ),
    ("organisation", "_＿", re.compile(r"[_＿]{2,40}(?=省|市|县|区|局|乡|镇|街道|单位|委员会)")),
)
_MAY_HOLD = re.compile(
    r"[XxＸｘ×✕□○*＊_＿]|某某|填[写入]|输入|插入|补充|名称|全称|名[）)】\]]|姓\s?名|职\s?务"
    r"|[〕﹞\]］】)）]\s{0,4}号|[ \u3000]年[ \u3000]"
)
_TEST_PAPER = re.compile(r"试[卷题]|测试题|测验|竞赛题|题库|问卷|填空|答题|调查表|练习")
_SIGNING = re.compile(
    r"签[字名章]|盖\s*章|公\s*章|签\s*章|审[批核]|意\s*见|填表|填报|经办|负责人|申报|承诺人|日\s*期"
)
_NAMING = re.compile(r"命名|格式|样式|备注|注明|标注|模板|范例|[例比]如|参考标题|主题为")
_BORN = re.compile(r"出生|生于|籍贯|年龄|身份证|参加工作|入党")
_BOLD = re.compile(r"\*\*(?=\S)[^*\n]{1,200}?(?<=\S)\*\*")


def residue(title: str, passages: Sequence[Passage]) -> Flag | None:
    """The first blank that a template left in the title or a passage; None in a finished paper.

    `where` is a quotation around it of at most 40 characters. A sheet of questions keeps its
    blanks, a form its empty lines for signing; examples of how to name a file are no residue.
    """
    questions = bool(_TEST_PAPER.search(title))
    found = _first(title, questions, signing=False)
    if found is not None:
        return _flag(title, found)
    before = ""
    for passage in passages:
        text = passage.text
        if _MAY_HOLD.search(text):
            form = passage.kind == "row" or any("附件" in heading for heading in passage.headings)
            signing = form or bool(_SIGNING.search(text) or _SIGNING.search(before))
            found = _first(text, questions or bool(_TEST_PAPER.search(text[:40])), signing)
            if found is not None:
                return _flag(text, found)
        before = text
    return None


def _first(text: str, questions: bool, signing: bool) -> re.Match[str] | None:
    if not _MAY_HOLD.search(text):
        return None
    if "**" in text:
        # Markdown's bold is taken off, in the same length, before anybody reads masks into it.
        text = _BOLD.sub(_unbold, text)
    hits: list[re.Match[str]] = []
    letters = set(text)
    for kind, signs, pattern in _PATTERNS:
        if letters.isdisjoint(signs):
            continue
        for match in pattern.finditer(text):
            if _stands(kind, match, text, questions, signing):
                hits.append(match)
                break
    return min(hits, key=lambda match: match.start()) if hits else None


def _unbold(match: re.Match[str]) -> str:
    inner = match[0][2:-2]
    after = match.string[match.end() : match.end() + 2]
    if re.match(_ORGANISATION, inner) and re.match(_ORGANISATION, after):
        return match[0]  # **区**街道: two masks, no bold
    return "  " + inner + "  "


def _stands(kind: str, match: re.Match[str], text: str, questions: bool, signing: bool) -> bool:
    start, end = match.span()
    before, here = text[max(0, start - 16) : start], match[0]
    blank = "_" in here or "＿" in here or kind == "blank date"
    if blank and (questions or signing):
        return False
    if kind == "number" and here[-1] == "号" and not re.search(_ONE, here) and signing:
        return False
    if _NAMING.search(before) and re.search(r"[“\"：:‘「《]", before):
        return False
    if kind in ("year", "date") and _BORN.search(before + text[end : end + 8]):
        return False
    if kind in ("number", "organisation") and here[0] in "XxＸｘ×*＊○某" and before:
        after = text[end : end + 4]
        if before[-1] in _SURNAMES and _is_person(before, after, here):
            return False
    return not (kind == "date" and re.search(r"[〇零一二三四五六七八九]$", before))


def _is_person(before: str, after: str, here: str) -> bool:
    """Whether a mask behind a surname hides a person: 张XX局长, 李**科长, 小X; not 在黄XX县."""
    if before[-1] in "小老":
        return True
    if after[:1] in _SOFT or after[1:2] in "长民员" or after[2:3] == "长":
        return True
    # 张XX名下, 李X个人; but 共有党员XX名 has no surname in front.
    return (
        len(here) <= 3
        and here[-1] not in "省市县区州"
        and after[:1] not in tuple("省市县区州局乡镇")
    )


def _flag(text: str, match: re.Match[str]) -> Flag:
    start = max(0, match.start() - 12)
    return Flag("template_residue", "residue", where=text[start : start + QUOTE].strip())
