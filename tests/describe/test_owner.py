"""The unit's names, and whose paper it is: ours, a superior's, another's or unknown."""

from __future__ import annotations

import pytest

from pipeline.describe import unit_of
from pipeline.describe.organisations import is_organisation, is_ours, profile, split_organisations
from pipeline.evidence import Unit
from tests.describe.papers import LANHE, described

FOLDERS = [
    ("岚河市水务局", "岚河市水务局"),
    ("03-岚河市水务局（2022-2024）", "岚河市水务局"),
    ("岚河市水务局民族团结进步创建佐证材料", "岚河市水务局"),
    ("3.岚河市人力资源和社会保障局申报材料2024", "岚河市人力资源和社会保障局"),
    ("2022-2024年岚河市卫健委档案", "岚河市卫健委"),
    ("【岚河市第一中学】民族团结示范学校创建", None),
    ("青棠乡人民政府", "青棠乡人民政府"),
    ("文锦街道桂苑社区", "文锦街道桂苑社区"),
    ("中共岚河市委统战部迎检资料", "中共岚河市委统战部"),
    ("岚河市人民医院_佐证", "岚河市人民医院"),
    ("市公安局交通警察支队", "市公安局交通警察支队"),
    ("一、岚河供水有限公司", "岚河供水有限公司"),
    ("佐证材料", None),
    ("民族团结示范社区", None),
    ("2023年度", None),
    ("新建文件夹 (2)", None),
    ("会议", None),
    ("领导讲话汇编", None),
    ("乡村", None),
    ("", None),
]


@pytest.mark.parametrize(("folder", "name"), FOLDERS)
def test_the_unit_of_a_folder(folder: str, name: str | None) -> None:
    names = unit_of(folder, ()).names
    assert (names[0] if names else None) == name


def test_given_names_win_and_come_first() -> None:
    unit = unit_of("岚河市水务局", ("岚河市水利局", "市水利局"))
    assert unit.names[:2] == ("岚河市水利局", "市水利局")
    assert "岚河市水务局" not in unit.names


SHORT = [
    ("岚河市人力资源和社会保障局", {"人社局", "市人社局", "岚河市人社局", "人力资源和社会保障局"}),
    ("岚河县卫生健康委员会", {"卫健委", "县卫健委", "岚河县卫健委"}),
    ("岚河市第一中学", {"岚河一中", "岚河市一中"}),
    ("市民宗局", {"市民族宗教事务局"}),
    ("岚河市卫健委", {"岚河市卫生健康委员会"}),
    ("岚河市发展和改革委员会", {"发改委", "市发改委"}),
    ("岚河县教育体育局", {"教体局", "县教体局"}),
    (
        "新平彝族傣族自治县民族宗教事务局",
        {"民宗局", "县民宗局", "新平县民宗局", "新平县民族宗教事务局"},
    ),
    ("岚河市文化和旅游局", {"文旅局", "市文旅局"}),
    ("岚河市住房和城乡建设局", {"住建局", "市住建局"}),
    ("中共岚河县委统战部", {"岚河县委统战部", "统战部"}),
    ("青棠彝族乡人民政府", {"青棠彝族乡", "青棠乡"}),
]


@pytest.mark.parametrize(("name", "forms"), SHORT)
def test_short_forms(name: str, forms: set[str]) -> None:
    assert forms <= set(unit_of("", (name,)).names)


def test_no_short_form_names_everybody() -> None:
    for name in ("岚河市人民政府", "岚河市人民医院", "岚河市第一中学", "青棠乡人民政府"):
        assert not {"人民政府", "人民医院", "第一中学", "市", "委员会"} & set(
            unit_of("", (name,)).names
        )


@pytest.mark.parametrize(
    ("name", "region", "core"),
    [
        ("岚河市水务局", "岚河市", "水务局"),
        ("岚河市城市管理局", "岚河市", "城市管理局"),
        ("岚河市市场监督管理局", "岚河市", "市场监督管理局"),
        ("岚河县市场监督管理局", "岚河县", "市场监督管理局"),
        ("云南省玉溪市新平县水利局", "云南省玉溪市新平县", "水利局"),
        ("岚河市乡村振兴局", "岚河市", "乡村振兴局"),
        ("岚河县城乡建设局", "岚河县", "城乡建设局"),
        ("文锦街道桂苑社区", "文锦街道", "桂苑社区"),
        ("水务局", "", "水务局"),
    ],
)
def test_a_name_taken_apart(name: str, region: str, core: str) -> None:
    assert profile(name)[1::2] == (region, core)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("岚河市水务局", ["岚河市水务局"]),
        ("岚 河 市 水 务 局", ["岚河市水务局"]),
        ("中共岚河市委统战部  岚河市水务局", ["中共岚河市委统战部", "岚河市水务局"]),
        ("岚河市水务局（盖章）", ["岚河市水务局"]),
        ("供水车进了村。", []),
    ],
)
def test_offices_on_a_line(text: str, names: list[str]) -> None:
    assert split_organisations(text) == names


@pytest.mark.parametrize(
    ("issuer", "ours"),
    [
        ("岚河市水务局", True),
        ("中共岚河市水务局党组", True),
        ("岚河市水务局机关党支部", True),
        ("岚河市水务局工会委员会", True),
        ("市水务局", True),
        ("局办公室", True),
        ("机关党委", True),
        ("规划建设科", True),
        ("青川市水务局", False),
        ("岚河市财政局", False),
        ("岚河市人民政府", False),
        ("县水务局", False),
    ],
)
def test_our_own_offices(issuer: str, ours: bool) -> None:
    assert is_ours(issuer, LANHE) is ours
    assert is_organisation(issuer)


def test_a_unit_known_by_its_short_name_signs_with_its_long_one() -> None:
    unit = unit_of("市民宗局", ())
    text = "关于开展自查的通知\n机关各科室：\n请自查。\n岚河市民族宗教事务局\n2023年4月6日"
    assert described(text, unit=unit).owner == "unit"


TEXTS = [
    # ours
    (
        "岚河市水务局关于开展自查的通知\n机关各科室、局属各单位：\n请自查。\n岚河市水务局\n2023年4月6日",
        "unit",
    ),
    ("关于开展自查的通知\n各科室、局属各单位：\n请自查。", "unit"),
    ("主题党日活动方案\n学条例。\n中共岚河市水务局机关支部委员会\n2023年4月6日", "unit"),
    ("职工运动会方案\n分四项。\n岚河市水务局工会委员会\n2023年4月6日", "unit"),
    ("关于联合义诊的通知\n各村：\n请准备。\n岚河市卫生健康局　岚河市水务局\n2023年4月6日", "unit"),
    ("学习记录\n我局全体职工参加学习。", "unit"),
    ("岚河市水务局2023年总结\n全年平稳。", "unit"),
    ("水务局与桂苑社区共建小记\n大家一起包粽子。", "unit"),
    # a superior's, received
    (
        "关于开展宣传月的通知\n各县（市、区）人民政府，市直各单位：\n请组织。\n岚河市人民政府\n2023年4月6日",
        "superior",
    ),
    ("关于开展宣传月的通知\n市直各单位：\n请组织。\n中共岚河市委统战部\n2023年4月6日", "superior"),
    (
        "关于报送总结的通知\n市直各单位：\n请报送。\n岚河市人民政府办公室\n2023年4月6日",
        "superior",
    ),
    ("关于转发文件的通知\n各单位：\n请执行。\n最高人民法院\n2023年4月6日", "superior"),
    ("关于开展普查的通知\n各州市水利局：\n请组织。\n云南省水利厅\n2023年4月6日", "superior"),
    (
        "关于同意建设方案的批复\n市水务局：\n原则同意。\n岚河市发展和改革委员会\n2023年4月6日",
        "superior",
    ),
    (
        "国务院关于支持边疆发展的意见\n各省、自治区、直辖市人民政府：\n请落实。\n国务院\n2023年4月6日",
        "superior",
    ),
    (
        "关于评选示范单位的通知\n市直各单位：\n岚河市水务局等单位先行试点。\n岚河市民族宗教事务局\n2023年4月6日",
        "superior",
    ),
    ("关于报送材料的通知\n各乡镇、市直各单位：\n请按期报送。", "superior"),
    # another unit's
    (
        "青川县林业局2023年创建工作总结\n青川县林业局坚持学习。\n青川县林业局\n2023年12月6日",
        "other",
    ),
    ("青川市财政局创建工作方案\n青川市财政局制定本方案。\n青川市财政局\n2023年4月6日", "other"),
    ("桂苑社区创建工作总结\n一年来，邻里和睦。\n文锦街道桂苑社区\n2023年12月6日", "unknown"),
    # in doubt
    ("青川县林业局2023年总结\n曾与岚河市水务局共建。\n青川县林业局\n2023年12月6日", "unknown"),
    ("青川县林业局2023年总结\n曾到市水务局学习。\n青川县林业局\n2023年12月6日", "unknown"),
    ("学习记录\n全体党员参加。", "unknown"),
]


@pytest.mark.parametrize(("text", "owner"), TEXTS)
def test_whose_paper_it_is(text: str, owner: str) -> None:
    assert described(text).owner == owner


@pytest.mark.parametrize("text", [text for text, _ in TEXTS])
def test_without_a_unit_nothing_is_anothers(text: str) -> None:
    assert described(text, unit=Unit(())).owner == "unknown"


@pytest.mark.parametrize(
    "name", ["佐证" * 100, "档案材料" * 80, "〔2023〕" * 60, "县" * 300, "人民" * 150]
)
def test_a_hostile_folder_name_comes_to_an_end(name: str) -> None:
    unit_of(name, ())
    unit_of("", (name,))
