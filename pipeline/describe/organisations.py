"""Names of organisations: which text is one, its region and level, its short forms, our own.

Nothing here knows a list of real offices; a name is recognised by how such names are built:
region (市, 县, 自治县 …), what it does, and a closing word (局, 委员会, 中心, 小学 …).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.describe.dates import squeezed
from pipeline.evidence import Unit

_HAN = r"[\u4e00-\u9fff〇○]"
_CLOSING = (
    "人民政府|政府|管理委员会|管委会|委员会|党委|党组|党工委|工委|总支部?|党总支|党支部|支部|县委|市委|省委|州委|区委"
    "|旗委|镇委|地委|盟委|办公室|办事处|办|局|厅|处|署|委|部|院|所|站|社|校|中心|学校|小学|中学|大学|学院|高中|初中"
    "|幼儿园|医院|银行|支行|分行|公司|集团|厂|林场|农场|支队|大队|中队|总队|总会|联合会|工会|协会|学会|妇联|残联"
    "|文联|侨联|工商联|科协|团委|镇|乡|街道|苏木|社区|村|嘎查|村委会|居委会|旗|馆|园|场|台|队|科|股|室|组|领导小组"
    "|专班|指挥部|军区|武装部|法院|检察院|基金会|合作社|寺|会"
)
_ORGANISATION = re.compile(rf"(?:{_HAN}|[（）()“”、A-Za-z0-9]){{1,38}}?(?:{_CLOSING})")
# For a folder's name, only what can be a unit that hands in papers.
_UNIT_CLOSING = (
    "人民政府|政府|管委会|委员会|党工委|工委|县委|市委|省委|州委|区委|旗委|镇委|办公室|办事处|办|局|厅|委|部|院|所|站"
    "|中心|学校|小学|中学|大学|学院|幼儿园|医院|银行|支行|公司|集团|厂|林场|农场|支队|大队|总队|联合会|工会|协会|妇联"
    "|残联|文联|侨联|工商联|科协|团委|镇|乡|街道|苏木|社区|村|嘎查|党校|馆|队|社|[一二三四五六七八九十]中|高中|合作社|寺"
)
_UNIT = re.compile(rf"{_HAN}{{2,28}}?(?:{_UNIT_CLOSING})")
_NO_UNIT = re.compile(
    r"^(?:各|关于|第[一二三四五六七八九十\d])|示范(?:社区|村|学校|单位)$|(?:先进|典型|试点|进|美丽|我们的|民族|传统)"
    r"(?:社区|村|学校|机关|企业|医院|村寨)$|^(?:学习|宣传|组织|经费|制度|活动|工作|会议|培训)"
    r"|(?:车|宿|大|全|多|统一|干|内|外|局|本|场|厕|方|如|原|报)(?:部|站|所|院)$|三个中心|(?:申|上)办$|主办$"
    r"|(?:活动|工作|保障|经费|其他|全)(?:部|所|站|社|队)$|乡村$|^\D{0,2}委托"
)
# What stands around a unit's name on a folder.
_AROUND = re.compile(
    r"[（(【\[〔［].{0,40}?[）)】\]〕］]"
    r"|(?:19|20)\d\d ?年?度?(?: ?[-—–~～至到] ?(?:(?:19|20)\d\d|\d\d) ?年?度?)?"
    r"|近?[一二三两]年来?(?=的?(?:佐证|档案|材料|资料|创建))"
)
_NUMBERED = re.compile(
    r"^[\s_]*(?:第?[\dA-Z]{1,4}[号组]?|[一二三四五六七八九十]{1,3})[\s._\-—、．：:)）]+"
)
# What a folder of papers is called behind its unit's name; taken off word by word.
_PAPERS = re.compile(
    r"(?:的|关于|全国|全省|全州|全市|全县|省级|州级|市级|县级|国家级|民族团结进步|民族团结|民族工作|铸牢中华民族共同体意识|创建"
    r"|示范|“?进机关”?|机关|单位|示范区|工作|活动|申报|申请|迎检|自评|考评|考核|测评|验收|复核|复验|评审|佐证|档案"
    r"|材料|资料|台账|报送|上报|提交|支撑|印证|整理|汇总|电子版?|终稿|定稿|最终版?|新|文件夹?|目录|总|[盒卷夹]|归档|包|v?\d{1,3})$",
    re.IGNORECASE,
)
# 各单位 are many, XX局 is a form not filled in.
_BLANK_NAME = re.compile(r"各|.{0,6}(?:[XxＸ×□*○]{2}|[XxＸ×□*○某](?=[局委办县市镇乡]))")

# What is brought to communities, schools, companies (六进) or held there is no office; an office
# may be for it. 前进社区 and the like are names of places.
_ACTIVITY = re.compile(
    r"(?<![前跃奋先武共永促引新同齐红])进(?:社区|学校|校园|企业|机关|军营|部队|连队|乡镇|宗教|家庭|医院|景区|单位|课堂)"
    r"|开展"
    r"|宣传(?![部办科股局处站室组队委中和教文思统工])|活动(?![中站室基办场所部])"
)
_FOR_ACTIVITY = re.compile(r"(?:组|委员会|指挥部|专班|中心|办公室|组委会|队)$")
_NUMBER_FIRST = re.compile(r"[0-9０-９]")
# A person beside the office that sent them, as lists have it.
_PERSON = re.compile(
    r"[王李张刘陈杨赵黄周吴徐孙胡朱郭何罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡余杜魏薛]"
    rf"{_HAN}{{1,2}}(?<![省州市县区旗镇乡村局委办院校])"
)

_NATION = (
    "(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|东乡"
    "|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂"
    "|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各)族?"
)
_REGION = re.compile(
    rf"(?:中共|中国共产党|国家税务总局|共青团)?"
    rf"(?P<region>(?:{_HAN}{{2,6}}?(?:省|自治区))?"
    rf"(?:{_HAN}{{2,12}}?(?:自治州|州(?![市区县])|盟|地区|(?<!城)市(?![场容级]|政(?![协府法])|民(?![族宗政委]))))?"
    rf"(?:{_HAN}{{1,14}}?(?:自治县|县(?!级)|自治旗|旗|(?<![社园小校牧林地])区(?!级)|(?<!城)市(?![场容级]|政(?![协府法])|民(?![族宗政委]))))?"
    rf"(?:{_HAN}{{1,10}}?(?:街道|(?<!城)镇|(?<!城)乡(?!村)|苏木))?)"
)
_LEVEL_SIGNS = (
    ("省", 1), ("自治区", 1), ("自治州", 2), ("州", 2), ("盟", 2), ("地区", 2), ("市", 2),
    ("自治县", 3), ("县", 3), ("旗", 3), ("区", 3), ("街道", 4), ("镇", 4), ("乡", 4), ("苏木", 4),
)  # fmt: skip

# What everybody calls them. Left: as in the full name; right: the short forms in use.
_SHORT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("人力资源和社会保障局", ("人社局", "人力资源社会保障局")),
    ("卫生健康委员会", ("卫健委", "卫生健康委")),
    ("卫生健康局", ("卫健局",)),
    ("发展和改革委员会", ("发改委", "发展改革委")),
    ("发展和改革局", ("发改局", "发展改革局")),
    ("教育体育局", ("教体局",)),
    ("教育和体育局", ("教体局", "教育体育局")),
    ("教育科技局", ("教科局",)),
    ("民族宗教事务局", ("民宗局", "民族宗教局")),
    ("民族宗教事务委员会", ("民宗委", "民族宗教委")),
    ("民族事务委员会", ("民委",)),
    ("文化和旅游局", ("文旅局", "文化旅游局")),
    ("文化广电和旅游局", ("文广旅局", "文旅局", "文广局")),
    ("文化广播电视和旅游局", ("文广旅局", "文旅局", "文旅广电局")),
    ("文化体育和旅游局", ("文体旅局", "文旅局")),
    ("住房和城乡建设局", ("住建局", "住房城乡建设局")),
    ("市场监督管理局", ("市监局", "市场监管局")),
    ("应急管理局", ("应急局",)),
    ("工业和信息化局", ("工信局",)),
    ("工业信息化和商务局", ("工信商务局", "工信局")),
    ("科学技术局", ("科技局",)),
    ("自然资源和规划局", ("自规局", "自然资源局")),
    ("生态环境局", ("环保局", "环境局")),
    ("交通运输局", ("交通局", "交运局")),
    ("退役军人事务局", ("退役军人局",)),
    ("医疗保障局", ("医保局",)),
    ("林业和草原局", ("林草局", "林业草原局")),
    ("城市管理综合行政执法局", ("城管局", "综合执法局", "城市管理局")),
    ("城市管理局", ("城管局",)),
    ("综合行政执法局", ("综合执法局",)),
    ("国有资产监督管理委员会", ("国资委",)),
    ("农业农村和水利局", ("农水局",)),
    ("农业农村和科学技术局", ("农科局",)),
    ("政务服务管理局", ("政务服务局", "政务局")),
    ("行政审批服务管理局", ("审批局", "行政审批局")),
    ("机关事务管理局", ("机关事务局", "机管局")),
    ("广播电视局", ("广电局",)),
    ("公安局交通警察支队", ("交警支队",)),
    ("公安局交通警察大队", ("交警大队",)),
    ("消防救援支队", ("消防支队",)),
    ("消防救援大队", ("消防大队",)),
    ("供销合作社联合社", ("供销社",)),
    ("妇女联合会", ("妇联",)),
    ("残疾人联合会", ("残联",)),
    ("文学艺术界联合会", ("文联",)),
    ("科学技术协会", ("科协",)),
    ("工商业联合会", ("工商联",)),
    ("直属机关工作委员会", ("直机关工委", "直属机关工委", "机关工委")),
    ("直机关工作委员会", ("直机关工委", "机关工委")),
    ("委统一战线工作部", ("委统战部", "统战部")),
    ("委组织部", ("组织部",)),
    ("委统战部", ("统战部",)),
    ("委宣传部", ("宣传部",)),
    ("第一中学", ("一中",)),
    ("第二中学", ("二中",)),
    ("第三中学", ("三中",)),
    ("第四中学", ("四中",)),
    ("第一小学", ("一小",)),
    ("第二小学", ("二小",)),
    ("民族中学", ("民中",)),
    ("总工会", ("工会",)),
    ("人民检察院", ("检察院",)),
)
# Cores so common that they name nobody without their region.
_NOBODY = frozenset(
    [
        "人民政府",
        "政府",
        "委员会",
        "办公室",
        "管委会",
        "管理委员会",
        "人民法院",
        "法院",
        "人民医院",
        "医院",
        "中心学校",
        "中学",
        "小学",
        "学校",
        "一中",
        "二中",
        "第一中学",
        "第二中学",
        "街道办事处",
        "办事处",
        "居民委员会",
        "村民委员会",
        "居委会",
        "村委会",
        "社区",
        "工会",
        "党校",
        "幼儿园",
        "检察院",
        "总工会",
        "中心",
        "委",
    ]
)
_INNER = re.compile(
    r"(?:中共)?(?:[本我局委办厅县镇乡校院馆所站]|机关|全局)?(?:机关|直属|离退休|中共)?"
    r"(?:第?[一二三四五六七八九十\d]+)?(?:党委|党总支|党支部|支部委员会|支委会|党组|机关委员会|机关工会|工会|团委|团支部|妇委会"
    r"|办公室|党政办公?室?|(?!民族宗教|文明|创建)[\u4e00-\u9fff]{2,10}(?:科|股|室|教研组))"
)  # fmt: skip


class Profile(NamedTuple):
    """A name taken apart: region, its level (1 province … 4 township, 0 unknown), and the rest."""

    name: str
    region: str
    level: int
    core: str


def unit_of(folder_name: str, given: tuple[str, ...]) -> Unit:
    """The unit: the names given (full name first), else the folder's name if it reads as one.

    The short forms in use (人社局, 市人社局, 岚河市人社局 …) are added behind the names.
    """
    names = tuple(squeezed(name).strip() for name in given if name.strip())
    if not names:
        read = _unit_in(folder_name)
        names = (read,) if read else ()
    wanted = dict.fromkeys(names)
    for name in names:
        wanted.update(dict.fromkeys(short_forms(name)))
    return Unit(tuple(wanted))


def _unit_in(folder_name: str) -> str | None:
    name = squeezed(folder_name)[:200]
    name = _NUMBERED.sub("", name)
    name = _AROUND.sub(" ", name)
    for part in re.split(r"[\s_\-—–+·.]+", name):
        part = _NUMBERED.sub("", part)
        while not is_unit(part) and (behind := _PAPERS.search(part, max(0, len(part) - 12))):
            part = part[: behind.start()]
        part = part.strip("、，：:“”\"' ")
        if is_unit(part):
            return part
    return None


def is_unit(text: str) -> bool:
    """Does the text read as the name of a unit that hands in papers?"""
    return bool(_UNIT.fullmatch(text)) and not _NO_UNIT.search(text)


def is_organisation(text: str) -> bool:
    """Does the (squeezed) text read as one organisation's name, down to a Party branch or 科?"""
    if not 3 <= len(text) <= 40 or _BLANK_NAME.match(text) or not _ORGANISATION.fullmatch(text):
        return False
    if "某" in text or _NUMBER_FIRST.match(text):
        return False  # a row of a list of people that lost its cells
    return not _ACTIVITY.search(text) or (
        "开展" not in text and _FOR_ACTIVITY.search(text) is not None
    )


def is_blank(name: str) -> bool:
    """Is it the name of a form not filled in (XX局), or of many (各单位)?"""
    return _BLANK_NAME.match(name) is not None


def split_organisations(text: str) -> list[str]:
    """The organisations of a line that holds nothing else; several stand apart by gaps or 、."""
    text = re.sub(r"[（(]?(?:加?盖?公?章|印章|签章)[）)]?[：:]?$", "", text.strip())
    whole = squeezed(text)
    parts = [part for part in re.split(r"\s{1,}|、", text.strip()) if part]
    if len(parts) > 1 and all(len(part) >= 4 and is_organisation(part) for part in parts):
        return parts
    if len(parts) > 1 and any(map(_PERSON.fullmatch, parts)) and any(map(is_organisation, parts)):
        return []
    return [whole] if is_organisation(whole) else []


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    """The names without those that are the end of another: 水务局 is what a seal shows beside
    沧浪市水务局, not a second office."""
    return tuple(
        name
        for name in dict.fromkeys(names)
        if not any(other != name and other.endswith(name) for other in names)
    )


@lru_cache(maxsize=512)
def profile(name: str) -> Profile:
    """A name taken apart into region and rest."""
    match = _REGION.match(name)
    region = match["region"] if match else ""
    core = name[match.end() :] if match else name
    level = 0
    for sign, value in _LEVEL_SIGNS:
        if region.endswith(sign):
            level = value
            break
    if not region:
        sign_first = re.match(r"(?:中共)?([省州市县区旗镇乡])(?=[委直\u4e00-\u9fff])", name)
        if sign_first:
            level = dict(_LEVEL_SIGNS)[sign_first[1]]
    if re.match(r"(?:中共中央|中央|国家|国务院|全国|中华人民共和国)", name) and not region:
        level = 0
    return Profile(name, region, level, core)


def short_forms(name: str) -> list[str]:
    """The short forms in use of a full name, longest tie to the region first."""
    taken = profile(name)
    region, core = taken.region, taken.core
    bare = re.sub(r"^(?:中共|中国共产党)", "", name)
    forms: list[str] = [bare] if bare != name else []
    regions = _regions(region)
    cores = [core]
    for long, shorts in _SHORT:
        if core.endswith(long):
            cores += [core[: -len(long)] + short for short in shorts]
        for short in shorts:  # and back: a folder may be named by the short form
            if core.endswith(short) and not core.endswith(long):
                cores.append(core[: -len(short)] + long)
    sign = region[-1:] if region else ""
    if core.startswith("委") and sign:  # 县委统战部
        cores += [core[1:]]
    for one in cores:
        forms += [known + one for known in regions if known + one != name]
        if one.endswith(("中学", "小学", "中", "小", "医院")):  # 岚河一中
            forms += [known[:-1] + one for known in regions if len(known) > 2]
        if region and one not in _NOBODY and len(one) >= 3:
            forms += [sign + one, one] if sign in "省州市县区旗镇乡" else [one]
        elif not region and one != name:
            forms.append(one)
    if (
        re.fullmatch(r"(?:人民)?政府|委员会|党委|街道办事处|办事处|管委会|管理委员会|", core)
        and region
    ):
        forms += [known for known in regions if known != name]
    return [form for form in dict.fromkeys(forms) if len(form) >= 2 and form != name]


def _regions(region: str) -> list[str]:
    """`新平彝族傣族自治县` also goes by 新平县; a region of several levels by its last alone."""
    if not region:
        return []
    known = [region]
    pieces = re.match(
        rf"(?:{_HAN}{{2,6}}?(?:省|自治区))?(?:{_HAN}{{2,12}}?(?:自治州|州|盟|地区|市))?(?={_HAN}{{2}})",
        region,
    )
    if pieces and pieces.end() and len(region) - pieces.end() >= 2:
        known.append(region[pieces.end() :])
    for one in list(known):
        plain = re.sub(rf"(?:{_NATION})+自治(?=[县州旗])|(?:{_NATION})+(?=[乡镇]$)", "", one)
        if plain != one and len(plain) >= 2:
            known.append(plain)
    return list(dict.fromkeys(known))


def is_ours(issuer: str, unit: Unit) -> bool:
    """Is the issuer the unit itself, its Party group, branch, union or one of its offices?"""
    if not unit.names:
        return False
    ours = profile(unit.names[0])
    theirs = profile(issuer)
    for name in unit.names:
        if name not in issuer:
            continue
        known = not ours.region or theirs.region in _regions(ours.region)
        if profile(name).region or not theirs.region or known:
            # A short form without its region must not reach another region's office.
            front = issuer[: issuer.index(name)]
            if (
                front in tuple("省州市县区旗镇乡")
                and ours.region
                and not ours.region.endswith(front)
            ):
                continue  # 县水务局 is not the 水务局 of a 市
            if (
                not front
                or theirs.region
                or front in ("中共", "共青团", "中国共产党")
                or len(front) < 2
            ):
                return True
    return bool(not theirs.region and _INNER.fullmatch(issuer))
