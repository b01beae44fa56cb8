"""Short and long Chinese texts come back as they were, whatever their encoding."""

from __future__ import annotations

import base64
import random
import tracemalloc

import pytest

from pipeline.describe import unsupported
from pipeline.errors import Unreadable
from pipeline.evidence import Passage
from pipeline.ingest.text import plain as text
from pipeline.ingest.text.encoding import decode

SIMPLIFIED = [
    "关于印发民族团结进步创建工作实施方案的通知",
    "会议纪要",
    "各县（区）人民政府，市直各委、办、局：",
    "2023年4月18日",
    "促进各民族交往交流交融",
    "联通",
    "签到册",
    "鄂尔多斯",
    "台账",
    "一、总体要求",
]
TRADITIONAL = ["關於印發民族團結進步創建工作實施方案的通知", "各縣市政府應依規定辦理"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
@pytest.mark.parametrize("said", SIMPLIFIED)
def test_simplified(said: str, encoding: str) -> None:
    assert decode(said.encode(encoding)) == said


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("said", [said for said in SIMPLIFIED if len(said) > 4])
def test_without_a_mark(said: str, encoding: str) -> None:
    assert decode(said.encode(encoding)) == said


@pytest.mark.parametrize("encoding", ["big5", "utf-8", "gb18030"])
@pytest.mark.parametrize("said", TRADITIONAL)
def test_traditional(said: str, encoding: str) -> None:
    assert decode(said.encode(encoding)) == said


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be", "hz"])
def test_rarer_encodings_without_a_mark(encoding: str) -> None:
    said = SIMPLIFIED[0] + "\n"
    assert decode(said.encode(encoding)) == said


def test_characters_of_four_bytes() -> None:
    said = "𠮷野家与㐀㑇等生僻字，人名中的䶮、𬭎。" + SIMPLIFIED[0]
    assert decode(said.encode("gb18030")) == said


def test_braces_and_waves_are_not_hz() -> None:
    said = "a ~{ b ~} c, and ~{not closed"
    assert decode(said.encode()) == said


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "big5"])
def test_chinese_after_much_that_is_not(encoding: str) -> None:
    said = "0123456789 abc\n" * 60_000 + "民國政府縣議員會務報告"
    assert decode(said.encode(encoding)) == said


def test_forty_million_bytes_on_one_line() -> None:
    data = SIMPLIFIED[0].encode("gb18030") * 1_000_000
    tracemalloc.start()
    assert decode(data).startswith(SIMPLIFIED[0])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # the text itself and one copy while it is made
    assert peak < 4 * len(data)


def test_a_text_cut_in_a_character_is_that_text() -> None:
    said = SIMPLIFIED[0] * 9
    assert decode(said.encode("utf-8")[:-1]).startswith(said[:-1])
    assert decode(said.encode("gb18030")[:-1]).startswith(said[:-1])


def test_what_a_page_states_is_believed_unless_it_is_wrong() -> None:
    said = SIMPLIFIED[0] * 9
    assert decode(said.encode("gb18030"), "gb2312") == said
    assert decode(said.encode("utf-8"), "gb2312") == said
    assert decode(said.encode("gb18030"), "utf-8") == said
    assert decode(said.encode("gb18030"), "no such") == said
    # pages of ASCII's kind that say they are not; a fault of many old editors; no charset at all
    assert decode(said.encode(), "utf-16") == said
    assert decode(said.encode("gb18030"), "iso-8859-1") == said
    assert decode(said.encode("gb18030"), "punycode") == said
    russian = "Протокол заседания комитета "
    assert decode(russian.encode("cp1251") * 5, "windows-1251") == russian * 5


def test_other_scripts_in_utf8_are_text() -> None:
    said = "ཞི་བའི་ལམ་ལ་འགྲོ་བར་བྱ། " * 20
    assert decode(said.encode()) == said


OTHER_SCRIPTS = [
    "مىللەتلەر ئىتتىپاقلىقىنى كۈچەيتىش توغرىسىدا ئۇقتۇرۇش", "ئۇيغۇرچە خىزمەت", "ۇلتتار ىنتىماعى",
    "ұлттар ынтымағы", "ꆈꌠꁱꂷ ꋍꃅꐨꄉ ꊿꋅꃅꄉ", "ᠦᠨᠳᠦᠰᠦᠲᠡᠨ ᠦ ᠡᠪ ᠨᠠᠢᠷᠠᠮᠳᠠᠯ", "བོད་སྐད་ཡིག",
    "민족단결 진보 통지",    "2023 ᠣᠨ\r\nᠪᠦᠬᠦ ᠠᠵᠢᠯ ᠤᠨ ᠳ᠋ᠦᠩᠨᠡᠯᠲᠡ", "[公告] مىللەتلەر ئىتتىپاقلىقى",
]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
@pytest.mark.parametrize("said", OTHER_SCRIPTS)
def test_a_line_in_another_script_is_said_to_be_that(said: str, encoding: str, end: str) -> None:
    (page,) = text.read((said + end).encode(encoding))
    assert page.text.split() == said.split()
    assert unsupported([Passage("", page.text, ())]) == (0,)


@pytest.mark.parametrize("said", ["谢谢", "谢谢谢谢", "联通", "一直", "直辖市", "小雪", "一一",
                                  "辛亥", "哈萨克族"])
def test_short_words_are_no_letters_of_another_script(said: str) -> None:
    assert decode(said.encode("gb18030")) == said


JAPANESE = "これは日本語の文書です。会議の議事録を添付しますので、ご確認ください。"
KOREAN = "회의록: 오늘 회의에서 다음과 같은 사항을 결정하였습니다. 감사합니다.\n"


@pytest.mark.parametrize(
    ("said", "encoding"),
    [(JAPANESE, "euc_jp"), (JAPANESE, "shift_jis"), (JAPANESE, "iso2022_jp"), (KOREAN, "euc_kr")],
)
def test_the_neighbours_are_not_read_as_chinese(said: str, encoding: str) -> None:
    assert decode(said.encode(encoding)) == said


@pytest.mark.parametrize("last", ["utf-8", "gb18030"])
@pytest.mark.parametrize("many", [3, 30_000])
def test_files_in_two_encodings_put_together(last: str, many: int) -> None:
    first = "gb18030" if last == "utf-8" else "utf-8"
    before, after = (SIMPLIFIED[0] + "\n") * many, SIMPLIFIED[4] + "\n" + SIMPLIFIED[6]
    assert decode(before.encode(first) + after.encode(last)) == before + after


def test_bad_bytes_in_utf8_are_no_other_encoding() -> None:
    said = SIMPLIFIED[0].encode() + b"\xff\n"
    assert decode(said * 9) == (SIMPLIFIED[0] + "\ufffd\n") * 9


def test_rubbish_is_garbled() -> None:
    rubbish = random.Random(1).randbytes(4000)
    with pytest.raises(Unreadable) as refusal:
        decode(rubbish)
    assert refusal.value.reason == "garbled"


GARBLED = [
    "锟斤拷" * 2,
    "锟斤拷锟斤拷的锟斤拷 2023 锟斤拷锟斤拷\n" * 9,
    "烫烫烫屯屯屯",
    "烫烫屯屯" * 30,
    "通知\n" + "斤拷锟斤拷锟斤拷锟烫烫烫烫烫烫" * 3,
    base64.encodebytes(random.Random(2).randbytes(900)).decode(),
    base64.b64encode(random.Random(3).randbytes(900)).decode(),
]


@pytest.mark.parametrize("said", GARBLED)
def test_what_no_longer_says_anything_is_garbled(said: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(text.read(said.encode()))
    assert refusal.value.reason == "garbled"


READABLE = [
    SIMPLIFIED[0] * 5 + "锟斤拷锟斤拷",
    "村村屯屯通公路，家家户户开展走访。屯屯有人管。",
    "校验码：\n" + "0a1b2c3d" * 8,
    "附件如下\n" * 3 + base64.encodebytes(random.Random(2).randbytes(200)).decode(),
]


@pytest.mark.parametrize("said", READABLE)
def test_what_still_says_something_is_read(said: str) -> None:
    (page,) = text.read(said.encode())
    assert page.text == said.strip()


def test_lines_are_numbered_as_the_file_has_them() -> None:
    (page,) = text.read("标题\r\n\r\n　　第一段。\n第二段。".encode("gb18030"))
    assert [(block.place.line, block.text) for block in page.blocks] == [  # type: ignore[union-attr]
        (1, "标题"),
        (3, "第一段。"),
        (4, "第二段。"),
    ]
    assert {block.kind for block in page.blocks} == {"paragraph"}


def test_headings_of_markdown_have_their_level() -> None:
    (page,) = text.read("# 工作总结\n## 一、学习\n正文".encode())
    assert [block.level for block in page.blocks] == [1, 2, 0]


def test_lines_wrapped_by_hand_are_lines() -> None:
    said = "各县区各部门要切实加强组织领导，把民族团结进步创建工作摆上重要议事日程，做到" * 6
    wrapped = "\n".join(said[at : at + 35] for at in range(0, len(said), 35))
    (page,) = text.read(wrapped.encode())
    assert {block.kind for block in page.blocks} == {"line"}


def test_a_list_of_names_is_not_wrapped_text() -> None:
    (page,) = text.read("\n".join(["岚河市交通运输局", "岚河市民族宗教事务局"] * 6).encode())
    assert {block.kind for block in page.blocks} == {"paragraph"}
