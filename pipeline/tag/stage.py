"""How far a passage goes: a promise (plan), a performance (done) or its effect (result).

Read clause by clause: words of intention, of completion and of effect set the mood, which holds
until another word changes it; a sentence begins with the mood of its paper's kind (a plan promises,
a report tells) or of the heading above it. Only the clauses that a rule's words stand in count, and
of those the furthest, as the annotation guide asks.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

from pipeline.evidence import DocumentType, Span, Stage
from pipeline.tag.copy import Copy, copy_of

_USUAL: dict[DocumentType, Stage] = {
    "方案": "plan", "通知": "plan", "制度": "plan",
    "总结": "done", "简报": "done", "纪要": "done", "学习记录": "done", "台账": "done",
    "报告": "done", "名册": "done", "预算": "done",
}

_SENTENCE = re.compile(r"[^。；;！？!?\n|]+[。；;！？!?\n|]?")
_CLAUSE = re.compile(r"[^，,]+[，,]?")

_UNDONE = re.compile(
    r"未能|未(?:按期|按时|及时|如期)?(?:召开|开展|举办|组织|落实|完成|建立|成立|制定|实施|启动|安排|印发|出台|到位|做|办|签|评|报送)"
    r"|未(?:予|获|被)(?:安排|批准|批复|列入|通过|同意|支持)|没有?批(?:下来|准|复)"
    r"|尚未|没有(?:召开|开展|举办|组织|落实|完成|建立|成立|制定)|还没|暂未|暂缓|推迟|取消了?|搁置|因故"
)
_ONLY_LISTED = re.compile(
    r"(?:已|被)经?(?:[将把][^，。；]{0,24})?(?:列入|纳入|写入|排入|编入)[^，。；]{0,24}(?:计划|安排|方案|规划)"
    r"|已(?:计划|拟|安排于|部署|要求|报批)|正在(?:筹备|筹划|谋划|起草|制定|申报)|筹备(?:中|之中)"
)
_ISSUED_PLAN = re.compile(
    r"(?:印发|下发|制定|制发|转发|出台|拟定|起草)了?[^，。；]{0,40}(?:方案|计划|通知|安排|要点)》?"
)
_FUTURE = re.compile(
    r"将(?:于|在|会|继续|进一步|组织|开展|召开|举办|适时|对|把|择机|以|邀请|联合|通过|按|深入|持续|聚焦"
    r"|紧紧|不断|结合|坚持|积极|加强|加大|推动|推进|从)|(?:年|月|后|们|局|委|院|校|镇|乡|办|位|时|即)将(?!军|领|士)"
    r"|拟(?!定了|订了|制了|稿|任)|(?<![适响反对效供相回呼感])应(?![急知会邀对用届有尽付聘接运验])"
    r"|应(?:当|该)|必须|须(?!知)|(?<!必)需(?=于|在\d|将|进一步|加强|尽快)"
    r"|(?<![重主需纪概摘必首紧简只想否提不])要(?![点素闻求道领害件价强旨紧事是不么约塞])"
    r"|计划(?:于|在|开展|组织|召开|举办|投入|用|年内|每|到|对|向|从|以)|(?:准备|打算)(?:于|在|开|组|召|举|用|对)?"
    r"|预计|力争|争取(?!到|了)|确保|务必|下一?步|下一?阶段|今后|明年|来年|适时|择机|另行"
    r"|请(?:各|于|按|认真|贵|结合|将|遵照|示)|不得|严禁|(?<!党)建议(?![题案])|倡议|到20\d\d年底?(?!，?(?:已|共))|目标(?:是|：|:)"
)
# “县民宗局介绍，该局今年……”, “全县已开展……”: an act, and somebody else's.
_OTHERS = re.compile(
    r"据[^，。；,;]{0,12}(?:介绍|悉|了解|通报)|该(?:局|委|办|县|市|州|区|单位|部门|镇|乡|校|中心|公司|社区|村)"
    r"|(?:局|委|办|部|镇|乡|中心|学校|街道|公司)(?:局长|主任|书记|校长|镇长|乡长|负责人|同志)?(?:介绍|通报)[，,:]"
    r"|全(?:县|市|州|省|区|国)(?:已|共|累计|先后|开展|组织)"
)
_DAY = re.compile(r"\d{1,2}月\d{1,2}日|20\d\d[-./]\d{1,2}[-./]\d{1,2}")
_SAID = re.compile(
    r"(?:强调|要求|指出|提出|号召|希望|明确|表示|建议)(?:[，,:：]|$)|(?:会议|书记|局长|主任|领导)(?:强调|要求|指出)"
    r"|据(?:介绍|悉|了解)"
)
# Words of completion hold in any paper; a counted or dated act, or a body and its act, only in a
# paper that tells: in a plan the same words promise (“每年开展2次”, “9月5日组织”).
_COMPLETED = (
    r"(?<![为除罢])了(?![解如])|(?<![业不而])已(?!知|列入计划|移?交(?!付)|经?[^，。；]{1,6}的)|曾(?!任)"
    r"|累计|先后|截至|现有|现已|均已|圆满|顺利|如期|图为|(?:应|(?<!落)实)到(?=会|人|\d|[:：])"
    r"|决定(?:命名|表彰|授予|表扬|成立|聘|任命|对[^，。；]{0,40}(?:进行|予以|给予)(?:表彰|表扬|通报|命名|奖励))"
    r"|制定本(?!方案|计划|通知|要点)|现予(?:印发|公布|发布)|自[^，。；]{2,14}起(?:施行|实施|执行)"
)
_TOLD = (
    r"共(?:组织|开展|召开|举办|发放|投入|走访|学习|计|有\d|\d|化解|受理|收集|排查|培训|撰写|刊发|印制)"
    r"|(?:开展|组织|召开|举办|发放|张贴|走访|慰问|培训|报送|刊发|投入|办理|调解|化解|解决|捐赠|制作|撰写)[^，。；]{0,14}\d+"
    r"(?:余|多)?(?:场|次|期|人|户|份|条|篇|件|起|个|万元|元|名|幅|块|册|家|场次|人次|项|批|节)"
    r"|\d日(?:上午|下午|晚|至\d+日)?[，,]?[^，。；]{0,24}(?:召开|举行|举办|开展|组织|学习|走访|慰问|参加|赴|前往|印发|邀请|集中"
    r"|成立|与|到|深入|联合|传达|听取|研究|来到|走进|开讲|启动|开班|进行|主持|为|在)"
    r"|(?:会议|党组|党委|党总支|支部|班子|中心组|全体|干部职工|大家|与会)[^，。；]{0,12}"
    r"(?:听取|传达|学习(?!计划|安排|要点|制度)|研究(?:了|决定|同意|审议)|审议|通过|讨论|审定|通报|原则同意|决定|观看|参观|开展)"
    r"|参[加会学训](?:人员|人数)|到会|(?:主持|主讲|记录|授课)人|全部"
    r"|列支|拨付|支出|到位|兑现|完成(?!时限|时间|情况)|建成|建立起|落成|挂牌|揭牌|聘请|任命|明确由"
)
_DONE_ANYWHERE = re.compile(_COMPLETED)
_DECIDES = re.compile(
    r"决定(?:命名|表彰|授予|表扬|成立|聘|任命|对[^，。；]{0,60}(?:进行|予以|给予)(?:表彰|表扬|通报|命名|奖励))"
)
_DECIDED = re.compile(r"决定[，,:：]$")
_DONE_WHERE_TOLD = re.compile(f"{_COMPLETED}|{_TOLD}")
_EFFECT = re.compile(
    r"荣获|荣膺|获评|喜获|摘得|获(?:得|全|市|省|州|县|国家)?[^，。；]{0,24}(?:称号|表彰|奖(?!励)|荣誉|命名|好评|肯定|一等|二等|三等)"
    r"|被[^，。；]{0,24}(?:评为|评定|命名|授予|认定|确定为|表彰|推荐为|列为典型)|授予[^，。；]{0,30}称号"
    r"|[\u4e00-\u9fff]{1,4}率(?:均|已|由|保持|始终)?[^，。；]{0,10}(?:达|为|是|100|\d)|满意(?:度|率|的)?[^，。；]{0,10}\d"
    r"|(?:提升|提高|增长|增加|下降|减少|上升|缩短)(?:了|到|至|为)?[^，。；]{0,8}\d|同比|较上年|比上年"
    r"|(?:受到|赢得|得到|收获)[^，。；]{0,16}(?:好评|肯定|认可|称赞|点赞|欢迎|一致)"
    r"|(?:明显|显著|切实|有效|大幅|进一步)(?:增强|提升|改善|提高|好转)了?(?=[，。；]|$)|成效(?:明显|显著|突出|初显|良好)"
    r"|(?:实现|保持)[^，。；]{0,8}(?:零|无|全覆盖|100%)|零(?:发生|投诉|上访|事故|差错)|(?:受益|惠及|覆盖)[^，。；]{0,10}\d"
    r"|增收|脱贫(?!攻坚)|产值|未发生|没有发生|无一[例起]|反响(?:热烈|良好|强烈)"
)
_HEADED_PLAN = re.compile(
    r"下一?步|下一?阶段|打算|工作(?:计划|安排|要求|目标|思路)|今后|努力方向|整改措施|存在(?:的)?(?:问题|不足)|保障措施"
    r"|议定事项(?:要求)?$|任务分工|明年"
)
_HEADED_DONE = re.compile(
    r"(?:开展|完成|进展|落实|执行|学习|工作|活动|履职)情况|主要做法|成效|成果|经验|亮点|回顾|会议内容|学习内容|活动内容|研讨发言"
)
# A body whose members, or staff whose posts, are named is there, whatever the paper is called.
_GROUP = re.compile(
    r"组\s*长\s*[:：]|副组长\s*[:：]|成\s*员\s*[:：]|联络员\s*[:：]|由(?!主要|单位|党政|各|一把手)[^，。；,;]{2,30}(?:任|担任)[^，。；,;]{0,8}组长"
    r"|(?:书记|主任|经理|[局乡镇县市区州处科股院校所站队部社村]长)(?:任|担任|为)[^，。；]{0,10}组长"
    r"|(?<![成作])(?:为|任|担任|兼任)[^，。；要]{0,14}(?:联络员|专干|专职人员|兼职人员|信息员)"
)
# A number of things done. One of a thing (“开展一次”, “明确1名”) is as often asked for as told, and
# who holds a post (“联络员6名”) is no act.
_COUNTED = re.compile(
    r"(?<![第员\d—–-])(?!1[名人次场期](?!次))(?:\d{1,9}|一[十百千]|[二三四五六七八九十百千两]{1,6})(?:余|多)?"
    r"(?:场次|人次|[场次期户份篇件起条册幅块名项]|万元|人(?!民)|元)"
)
# So often, or so many at least: what is asked for, where nothing else says that it was done.
_ASKED = re.compile(
    r"每(?:年|半年|季度?|月|周|学期|两年)|不(?:少|低)于|至少|[次场期人份条名个件户篇%]以上|原则上"
)
_HEADED_ASKING = re.compile("商请|提请|恳请|请示|申请|征求|倡议|邀请")
_TOLD_ANYWAY = re.compile(f"{_COMPLETED}|{_GROUP.pattern}")


Mood = Literal["not_done", "others_act", "plan", "done", "result"]
_RANK: dict[Mood, int] = {"not_done": -2, "others_act": -1, "plan": 0, "done": 1, "result": 2}
_DENIED: dict[Mood, Stage] = {"not_done": "plan", "others_act": "done"}


def told_of(text: str, spans: Sequence[Span], document_type: DocumentType,
            headings: Sequence[str] = (), act: str | None = None, dated: str | None = None
            ) -> tuple[Stage, str | None]:
    """The stage of the words at `spans` (of `text`; none: of the whole text), and whether the words
    themselves deny an act of the unit: `not_done`, `others_act`, or None.

    `act` is the date of the act, `dated` the paper's own: what a paper dates later than itself is
    a promise, unless it says that it was done (a later entry on the same sheet). A group whose
    members or posts are listed is done, however the paper is called.
    """
    copy = copy_of(text)
    if act and dated and _later(act, dated) and not _TOLD_ANYWAY.search(copy.text):
        return "plan", None
    moods = _moods(copy.text, *_usual(document_type, headings, copy.text))
    mood: Mood = max(_moods_at(moods, _in_copy(copy, spans)), key=_RANK.__getitem__, default="plan")
    if mood == "not_done" or mood == "others_act":
        return _DENIED[mood], mood
    return mood, None


def tells_of_nothing_done(text: str) -> bool:
    """Whether a passage says of something that it was not done, granted or finished."""
    return _UNDONE.search(copy_of(text).text) is not None


def decides(text: str) -> bool:
    """Whether a passage decides an honour or a body there and then."""
    return _DECIDES.search(copy_of(text).text) is not None


def settled(text: str, document_type: DocumentType, headings: Sequence[str] = ()) -> bool:
    """Whether the words themselves settle how far a passage goes: all of it is intended outright;
    or acts are counted, which in a plan, or under a heading of intentions, are promised, and where
    nothing says what kind of paper it is are told, unless they are asked for so often."""
    copy = copy_of(text).text
    usual, intending = _usual(document_type, headings, copy)
    if all(mood == "plan" for _, _, mood in _moods(copy, usual, intending)):
        asked = document_type == "other" and intending
        if asked or all(_FUTURE.search(one[0]) for one in _SENTENCE.finditer(copy)):
            return True
    elif document_type != "other" or usual != "done":
        return False
    return (intending or usual == "done") and _COUNTED.search(copy) is not None


def furthest(stages: Sequence[Stage]) -> Stage:
    """The furthest of several stages (`result` > `done` > `plan`)."""
    return max(stages, key=_RANK.__getitem__)


def _later(act: str, dated: str) -> bool:
    """Whether the act lies after the paper's date, as far as both are exact."""
    exact = min(len(act), len(dated))
    return act[:exact] > dated[:exact]


def _usual(document_type: DocumentType, headings: Sequence[str], text: str) -> tuple[Stage, bool]:
    """The mood a sentence begins with, and whether it is one of intention, in which a count or a
    date alone makes no act: by the nearest telling heading, else by the kind of paper."""
    for heading in reversed(headings):
        if _HEADED_PLAN.search(heading):
            return "plan", True
        if _HEADED_DONE.search(heading) and document_type not in ("方案", "通知", "制度"):
            return "done", False
    if document_type == "other":
        # A paper of no known kind that dates or counts what it tells of tells of acts.
        if _ASKED.search(text) or any(map(_HEADED_ASKING.search, headings)):
            return "plan", True
        acts = _DAY.search(text) or _COUNTED.search(text)
        return ("done" if acts and not _FUTURE.search(text) else "plan"), False
    return _USUAL[document_type], _USUAL[document_type] == "plan"


@lru_cache(maxsize=32)
def _moods(text: str, usual: Stage, intending: bool) -> tuple[tuple[int, int, Mood], ...]:
    """Every clause with its mood: (start, end, mood); kept, as a passage's votes ask in turn."""
    moods: list[tuple[int, int, Mood]] = []
    for sentence in _SENTENCE.finditer(text):
        future = _FUTURE.search(sentence[0]) is not None
        named = not future and _GROUP.search(sentence[0]) is not None
        others = _OTHERS.search(sentence[0]) is not None
        # “对口帮扶因村调整，本年度未开展”: the noun and its fate stand in different clauses.
        denied = not future and _UNDONE.search(sentence[0]) is not None
        mood: Mood = "not_done" if denied else usual
        intended = intending
        for found in _CLAUSE.finditer(text, sentence.start(), sentence.end()):
            here: Mood = "done"
            if not named:
                here, mood, intended = _mood(found[0], mood, intended)
            if others and _RANK[here] > 0:
                here = "others_act"
            moods.append((found.start(), found.end(), here))
    return tuple(moods)


def _mood(clause: str, before: Mood, intended: bool) -> tuple[Mood, Mood, bool]:
    """The mood of a clause, the mood it leaves to the next, and whether that is an intention.

    What was intended earlier in the sentence stays so until a word of completion, whatever counts
    follow (“下一步，我局将加大力度，举办培训班2期”).
    """
    if _UNDONE.search(clause):
        mood: Mood = "not_done" if before == "not_done" else "plan"
        return mood, mood, intended
    if _ONLY_LISTED.search(clause):
        return "plan", "plan", True
    future = _FUTURE.search(clause)
    done = (_DONE_ANYWHERE if intended else _DONE_WHERE_TOLD).search(clause)
    said = _SAID.search(clause)
    if future and (done is None or future.start() < done.end()):
        return "plan", "plan", True
    if _EFFECT.search(clause) and (done or not intended):
        return ("result", "plan", True) if said else ("result", "done", intended)
    if done:
        if _ISSUED_PLAN.search(clause):
            return "plan", before, intended
        return ("done", "plan", True) if said else ("done", "done", intended)
    if said:
        return before, "plan", True
    if _DECIDED.search(clause):
        return "done", "done", False  # “局党组决定，对10名职工予以通报表扬”
    return before, before, intended


def _moods_at(moods: Sequence[tuple[int, int, Mood]], spans: Sequence[Span]) -> Iterator[Mood]:
    """The moods of the clauses that the spans touch; of all clauses where there are no spans."""
    if not spans:
        yield from (mood for _, _, mood in moods)
    starts = [start for start, _, _ in moods]
    for start, end in spans:
        for place in range(max(bisect_right(starts, start) - 1, 0), bisect_left(starts, end)):
            if start < moods[place][1]:
                yield moods[place][2]


def _in_copy(copy: Copy, spans: Sequence[Span]) -> list[Span]:
    back = copy.back
    if back is None:
        return list(spans)
    return [(bisect_left(back, start), bisect_left(back, end)) for start, end in spans]
