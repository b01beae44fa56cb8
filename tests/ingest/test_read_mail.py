"""What letters and web archives say and what they hold, on letters made for it; and a real one."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Unreadable
from pipeline.evidence import InParagraph, OnLine, Page
from pipeline.ingest import kinds
from pipeline.ingest.mail import eml as mail
from pipeline.ingest.mail import lzfu, mime, msg
from pipeline.ingest.member import Member
from tests.ingest import made_letters as made
from tests.ingest.made_files import docx
from tests.ingest.made_letters import eml, part

HEAD = "Received: from a\nFrom: b@c\nTo: d@e\nSubject: x\n"


def only(data: bytes) -> Page:
    (page,) = mail.read(data)
    return page


def texts(data: bytes) -> list[str]:
    return [block.text for block in only(data).blocks]


def names(data: bytes) -> list[str]:
    return [member.name for member in mail.members(data)]


def refused(read: Callable[[], object]) -> str:
    with pytest.raises(Unreadable) as caught:
        result = read()
        if isinstance(result, Iterator):
            list(result)
    return caught.value.reason


def b64(content: bytes) -> bytes:
    return base64.encodebytes(content)


# --- headers ------------------------------------------------------------------------------------


def word(text: str, charset: str, how: str = "B") -> str:
    return f"=?{charset}?{how}?{base64.b64encode(text.encode(charset)).decode()}?="


_CUT = "关于报送总结的函".encode("gbk")

# a subject as it is sent, and as it reads
SUBJECTS = [
    ("plain", b"hello", "hello"),
    ("base64", word("关于召开会议的通知", "utf-8").encode(), "关于召开会议的通知"),
    ("quoted-printable", b"=?utf-8?Q?2023=E5=B9=B4_=E9=80=9A=E7=9F=A5?=", "2023年 通知"),
    ("says gb2312 and is GBK", f"=?gb2312?B?{base64.b64encode('囍镕'.encode('gbk')).decode()}?="
     .encode(), "囍镕"),
    ("two words with a fold between", f"{word('一', 'utf-8')}\n {word('二', 'gbk')}".encode(),
     "一二"),
    ("cut in the middle of a character", b"=?gbk?B?%s?=\n =?gbk?B?%s?=" % (
        base64.b64encode(_CUT[:7]), base64.b64encode(_CUT[7:])), "关于报送总结的函"),
    ("bare bytes in GBK", "工作总结报告".encode("gbk"), "工作总结报告"),
    ("bare bytes in UTF-8", "工作总结报告".encode(), "工作总结报告"),
    ("words around plain text", f"Re: {word('纪要', 'utf-8')} (2)".encode(), "Re: 纪要 (2)"),
    ("padding left out", b"=?utf-8?B?5L2g5aW9?=", "你好"),
    ("no base64 at all", b"=?utf-8?B?abcde?=", "abcde"),
    ("a charset that nobody knows", b"=?x-none?Q?abc?=", "abc"),
]  # fmt: skip


@pytest.mark.parametrize(("_why", "sent", "read"), SUBJECTS)
def test_a_subject_is_read_as_a_heading(_why: str, sent: bytes, read: str) -> None:
    first = only(b"Received: x\nSubject: " + sent + b"\n\nbody\n").blocks[0]
    assert (first.text, first.level, first.place) == (read, 1, InParagraph(1, "body"))


# a header Date, and the line that stands in the page
DATES = [
    ("Tue, 18 Apr 2023 09:30:00 +0800", "Date: 2023-04-18 09:30 +0800"),
    ("18 Apr 2023 09:30:00 -0000", "Date: 2023-04-18 09:30"),
    ("二〇二三年四月十八日", "Date: 二〇二三年四月十八日"),
]


@pytest.mark.parametrize(("sent", "read"), DATES)
def test_the_date_of_sending_stands_in_the_page(sent: str, read: str) -> None:
    assert texts(f"Received: x\nDate: {sent}\n\nbody\n".encode()) == [read, "body"]


def test_sender_and_receivers_are_left_out() -> None:
    page = only(b"From: =?utf-8?B?5byg5LiJ?= <a@b>\nTo: c@d\nCc: e@f\nSubject: x\n\nbody\n")
    assert page.text == "x\nbody"


# --- bodies -------------------------------------------------------------------------------------

_TEXT = "请各单位于四月底前报送工作总结。"
HTML = (
    "<p>请各单位</p><table><tr><td>序号</td><td>单位</td></tr>"
    "<tr><td>1</td><td>甲</td></tr></table>"
)

# a part, and what it says
BODIES = [
    ("GBK", part(_TEXT.encode("gbk"), "text/plain; charset=gbk"), [_TEXT]),
    ("says nothing, is GB18030", part(_TEXT.encode("gb18030")), [_TEXT]),
    ("says ISO-8859-1, is GBK",
     part(_TEXT.encode("gbk"), "text/plain; charset=iso-8859-1"), [_TEXT]),
    ("says us-ascii, is UTF-8", part(_TEXT.encode(), "text/plain; charset=us-ascii"), [_TEXT]),
    ("says a charset that is none", part(_TEXT.encode(), 'text/plain; charset="zlib"'), [_TEXT]),
    ("Big5", part("請各單位報送工作總結".encode("big5"), "text/plain; charset=Big5"),
     ["請各單位報送工作總結"]),
    ("HZ", part(_TEXT.encode("hz"), "text/plain; charset=hz-gb-2312"), [_TEXT]),
    ("base64", part(b64(_TEXT.encode()), "text/plain; charset=utf-8",
     "Content-Transfer-Encoding: BASE64\n"), [_TEXT]),
    ("base64 cut off", part(b64(("字" * 30).encode())[:-3], "text/plain; charset=utf-8",
     "Content-Transfer-Encoding: base64\n"), ["字" * 29 + "\ufffd"]),
    ("quoted-printable", part(b"=C7=EB=\n=B1=A8=CB=CD", "text/plain; charset=gbk",
     "Content-Transfer-Encoding: quoted-printable\n"), ["请报送"]),
    ("HTML in the charset of the letter", part(HTML.encode("gbk"), "text/html; charset=gbk"),
     ["请各单位", "序号\t单位", "1\t甲"]),
    ("HTML in its own charset", part(
        b"<html><meta charset=gbk>" + HTML.encode("gbk"), "text/html"),
     ["请各单位", "序号\t单位", "1\t甲"]),
    ("HTML that the letter contradicts, and the letter is right", part(
        b"<html><meta charset=big5>" + HTML.encode("gbk"), "text/html; charset=gbk"),
     ["请各单位", "序号\t单位", "1\t甲"]),
]  # fmt: skip


@pytest.mark.parametrize(("_why", "body", "said"), BODIES)
def test_a_body_is_read_in_the_encoding_it_is_in(_why: str, body: bytes, said: list[str]) -> None:
    assert texts(HEAD.encode() + body)[1:] == said


ALTERNATIVES = [
    ("the same twice",
     [part("请各单位报送。".encode()), part("<p>请各单位报送。</p>".encode(), "text/html")],
     ["请各单位报送。"], OnLine(1)),
    ("a stub", [part(b"see HTML"), part(f"<p>{_TEXT * 3}</p>".encode(), "text/html")],
     [_TEXT * 3], InParagraph(2, "body")),
    ("tables", [part("序号 单位 1 甲".encode()), part(HTML.encode(), "text/html")],
     ["请各单位", "序号\t单位", "1\t甲"], InParagraph(2, "body")),
    ("HTML alone", [part("<p>只有网页</p>".encode(), "text/html")], ["只有网页"],
     InParagraph(2, "body")),
]  # fmt: skip


@pytest.mark.parametrize(("_why", "forms", "said", "place"), ALTERNATIVES)
def test_of_two_forms_of_a_body_the_better_is_read(
    _why: str, forms: list[bytes], said: list[str], place: object
) -> None:
    page = only(eml(*forms, kind="multipart/alternative", headers=HEAD))
    assert [block.text for block in page.blocks[1:]] == said
    assert page.blocks[1].place == place


def test_bodies_that_follow_each_other_are_counted_on() -> None:
    data = eml(
        part("一\n二".encode()), part(b"PDF", "application/pdf", "Content-Disposition: attachment;"
        " filename=a.pdf\n"), part("三".encode()), part(HTML.encode(), "text/html"),
        part(HTML.encode(), "text/html"), headers=HEAD,
    )  # fmt: skip
    blocks = only(data).blocks
    assert [block.place for block in blocks[1:4]] == [OnLine(1), OnLine(2), OnLine(3)]
    assert [block.place for block in blocks[4:]] == [
        InParagraph(2, "body"), InParagraph(3, "table"), InParagraph(4, "table"),
        InParagraph(5, "body"), InParagraph(6, "table"), InParagraph(7, "table"),
    ]  # fmt: skip
    assert [block.table for block in blocks[4:]] == [0, 1, 1, 0, 2, 2]
    assert names(data) == ["a.pdf"]


def test_a_letter_cut_off_in_a_part_is_read_to_there() -> None:
    data = eml(part("正文".encode()), part("还有".encode()), headers=HEAD)
    assert texts(data[: data.index("还有".encode()) + 6])[1:] == ["正文", "还有"]


def test_a_letter_whose_boundary_is_nowhere_is_read_as_it_is_and_says_so() -> None:
    data = HEAD.encode() + b'Content-Type: multipart/mixed; boundary="z"\n\n' + "正文".encode()
    assert (texts(data)[1:], only(data).unread) == (["正文"], "part_missing")


@pytest.mark.parametrize("left", range(8))
def test_an_attachment_cut_off_is_what_there_is_of_it(left: int) -> None:
    attached = docx("<w:p/>")
    packed = b64(attached)[:300]
    data = eml(part("正文".encode()), part(packed[: len(packed) - left], "application/x",
               "Content-Transfer-Encoding: base64\nContent-Disposition: attachment;"
               " filename=a.docx\n"), headers=HEAD)  # fmt: skip
    (member,) = mail.members(data[: data.rindex(b"\n--b--")])
    assert member.data is not None and len(member.data) >= 210
    assert attached.startswith(member.data)
    assert kinds.sniff(member.data, "a.docx") == "docx"
    assert refused(lambda: kinds.read(member.data or b"", "a.docx")) == "corrupt"


def test_a_letter_saved_as_utf_16_is_read() -> None:
    data = (HEAD + "\n" + _TEXT).encode("utf-16")
    assert kinds.sniff(data, "信.eml") == "eml"
    assert texts(data)[1:] == [_TEXT]


def test_a_boundary_that_begins_as_another_is_not_it() -> None:
    inner = eml(part("内".encode()), kind="multipart/mixed", boundary="bb")
    data = eml(inner.partition(b"MIME-Version: 1.0\n")[2], part("外".encode()), headers=HEAD)
    assert texts(data)[1:] == ["内", "外"]


# --- what is attached ---------------------------------------------------------------------------

_RFC2231 = "filename*=utf-8''%E7%BA%AA%E8%A6%81.docx"
_PARTS = "filename*0*=gbk''%BC%CD; filename*1*=%D2%AA.doc"

# headers of an attached part, and the name of the member
NAMES = [
    ("plain", "Content-Disposition: attachment; filename=a.doc\n", "a.doc"),
    ("an encoded word",
     f"Content-Disposition: attachment; filename=\"{word('纪要.doc', 'gbk')}\"\n", "纪要.doc"),
    ("RFC 2231", f"Content-Disposition: attachment; {_RFC2231}\n", "纪要.docx"),
    ("RFC 2231 in parts", f"Content-Disposition: attachment; {_PARTS}\n", "纪要.doc"),
    ("in the type alone",
     f"Content-Type: application/x; name=\"{word('表.xls', 'utf-8')}\"\n", "表.xls"),
    ("a path", "Content-Disposition: attachment; filename=\"C:\\\\a\\\\b.doc\"\n", "a/b.doc"),
    ("none", "Content-Disposition: attachment\n", "part 1"),
]  # fmt: skip


@pytest.mark.parametrize(("_why", "headers", "name"), NAMES)
def test_the_name_of_what_is_attached(_why: str, headers: str, name: str) -> None:
    attached = (headers + "Content-Transfer-Encoding: base64\n\n").encode() + b64(b"\x01\x02")
    if "Content-Type" not in headers:
        attached = b"Content-Type: application/x\n" + attached
    assert list(mail.members(eml(part(b"x"), attached, headers=HEAD))) == [
        Member(name, b"\x01\x02")
    ]


def test_a_name_in_bare_gbk_is_read() -> None:
    attached = 'Content-Disposition: attachment; filename="会议纪要.doc"\n\nx'.encode("gbk")
    assert names(eml(part(b"x"), attached, headers=HEAD)) == ["会议纪要.doc"]


def test_a_name_that_climbs_is_refused() -> None:
    attached = b'Content-Disposition: attachment; filename="../../a.doc"\n\nx'
    (member,) = mail.members(eml(part(b"x"), attached, headers=HEAD))
    assert (member.data, member.reason) == (None, "unsafe_path")


def test_an_attached_letter_is_a_member_byte_for_byte() -> None:
    inner = f"Received: x\nSubject: {word('内信', 'utf-8')}\n\ninner\n".encode()
    data = eml(part(b"x"), b"Content-Type: message/rfc822\n\n" + inner, headers=HEAD)
    assert list(mail.members(data)) == [Member("内信.eml", inner)]


# kind, headers, size: whether it is a file of its own
KEPT = [
    ("image/png", "Content-ID: <a>\n", 100, False),
    ("image/png", "Content-ID: <a>\n", 50_000, True),
    ("image/png", "", 100, True),
    ("image/png", "Content-ID: <a>\nContent-Disposition: attachment; filename=a.png\n", 100, True),
    ("text/plain", "Content-Disposition: attachment; filename=a.txt\n", 100, True),
    ("text/plain; name=a.txt", "", 100, True),
    ("application/ms-tnef", "Content-Disposition: attachment; filename=winmail.dat\n", 9, True),
    ("application/pgp-signature", "", 100, False),
]


@pytest.mark.parametrize(("kind", "headers", "size", "kept"), KEPT)
def test_what_is_a_file_of_its_own(kind: str, headers: str, size: int, kept: bool) -> None:
    data = eml(part(b"body"), part(b"x" * size, kind, headers), headers=HEAD)
    assert len(list(mail.members(data))) == kept
    assert texts(data)[1:] == ["body"]


def test_the_librarys_own_letter_is_read() -> None:
    letter = EmailMessage()
    letter["Subject"] = "关于开展民族团结进步宣传月活动的通知"
    letter["Message-ID"] = "<a@b>"
    letter.set_content("各村（社区）：\n请认真落实。")
    letter.add_alternative(f"<p>各村（社区）：</p>{HTML}", "html")
    letter.add_attachment(b"%PDF", "application", "pdf", filename="实施方案（最终）.pdf")
    data = letter.as_bytes()
    assert texts(data)[:2] == ["关于开展民族团结进步宣传月活动的通知", "各村（社区）："]
    assert list(mail.members(data)) == [Member("实施方案（最终）.pdf", b"%PDF")]


# --- web archives -------------------------------------------------------------------------------


def archive(*parts: bytes) -> bytes:
    head = "From: <Saved by Blink>\nSubject: 民族团结网\nDate: Tue, 18 Apr 2023 09:30:00 +0800\n"
    return eml(*parts, kind="multipart/related; type=\"text/html\"", headers=head)


def test_a_web_archive_is_the_page_and_its_frames_without_the_day_it_was_saved() -> None:
    data = archive(
        part(HTML.encode("gbk"), "text/html; charset=gb2312", "Content-Location: http://a/b\n"),
        part(b"p{}", "text/css"),
        part("<p>框架</p>".encode(), "text/html", "Content-ID: <f>\n"),
        part(b"x" * 30_000, "image/jpeg", "Content-Location: http://a/pics/photo.jpg?w=1\n"),
        part(b"x" * 300, "image/gif", "Content-Location: http://a/dot.gif\n"),
    )
    assert kinds.sniff(data, "网页") == "mht"
    (page,) = kinds.read(data, "网页")
    assert [block.text for block in page.blocks] == [
        "民族团结网", "请各单位", "序号\t单位", "1\t甲", "框架",
    ]  # fmt: skip
    assert names(data) == ["photo.jpg"]


# --- letters of Outlook -------------------------------------------------------------------------

SENT = datetime(2023, 4, 18, 1, 30, tzinfo=UTC)


def outlook(data: bytes) -> list[str]:
    (page,) = msg.read(data)
    return [block.text for block in page.blocks]


def test_a_letter_of_outlook() -> None:
    data = made.msg({made.SUBJECT: "关于报送的函", made.SENT: SENT, made.BODY: "一\r\n二"})
    assert kinds.sniff(data, "信") == "msg"
    assert outlook(data) == ["关于报送的函", "Date: 2023-04-18 01:30 +0000", "一", "二"]


def test_the_senders_clock_counts_where_it_is_known() -> None:
    headers = "Received: x\r\nDate: Tue, 18 Apr 2023 09:30:00 +0800\r\n\r\n"
    data = made.msg({made.SUBJECT: "函", made.SENT: SENT, made.HEADERS: headers})
    assert outlook(data) == ["函", "Date: 2023-04-18 09:30 +0800"]


@pytest.mark.parametrize("code_page", [936, None, 1252])
def test_text_in_a_code_page_is_read_whatever_it_is_said_to_be(code_page: int | None) -> None:
    given = {} if code_page is None else {made.CODE_PAGE: code_page}
    data = made.msg(
        {made.SUBJECT: "关于报送工作总结的函", made.BODY: _TEXT, **given},
        [{made.LONG_NAME: "工作总结报告.doc", made.DATA: b"x"}], narrow="gbk",
    )  # fmt: skip
    assert outlook(data) == ["关于报送工作总结的函", _TEXT]
    assert [member.name for member in msg.members(data)] == ["工作总结报告.doc"]


def test_html_of_outlook_and_packed_rtf() -> None:
    html = made.msg({made.SUBJECT: "函", made.HTML: HTML.encode()})
    assert outlook(html) == ["函", "请各单位", "序号\t单位", "1\t甲"]
    text = rb"{\rtf1\ansi\ansicpg936 \'c7\'eb\'b1\'a8\'cb\'cd\par}"
    packed = struct.pack("<III4x", len(text) + 12, len(text), 0x414C454D) + text
    assert outlook(made.msg({made.SUBJECT: "函", made.RTF: packed})) == ["函", "请报送"]


def test_what_is_attached_in_outlook() -> None:
    inner = made.letter(
        {made.SUBJECT: "内信", made.BODY: "内文", made.HTML: HTML.encode()},
        [{made.LONG_NAME: "附.doc", made.DATA: b"inner"}], header=24,
    )  # fmt: skip
    data = made.msg({made.SUBJECT: "函"}, [
        {made.LONG_NAME: "纪要.doc", made.DATA: b"x" * 9000},
        {made.DATA: inner},
        {made.LONG_NAME: "logo.png", made.DATA: b"x", made.MIME_TYPE: "image/png",
         made.CONTENT_ID: "a"},
        {made.LONG_NAME: "远.doc", made.METHOD: 2},
        {made.LONG_NAME: "对象.ole", made.DATA: {"CONTENTS": b"x"}},
    ])  # fmt: skip
    first, second, *gone = msg.members(data)
    assert first == Member("纪要.doc", b"x" * 9000)
    assert second.name == "内信.eml" and second.data is not None
    assert texts(second.data)[0] == "内信"
    assert texts(second.data)[1:] == ["请各单位", "序号\t单位", "1\t甲"]
    assert list(mail.members(second.data)) == [Member("附.doc", b"inner")]
    assert [(each.name, each.reason) for each in gone] == [
        ("远.doc", "part_missing"), ("对象.ole", "unsupported_format"),
    ]  # fmt: skip


def test_letters_in_letters_of_outlook_are_opened_to_a_depth() -> None:
    inner = made.letter({made.SUBJECT: "底"}, header=24)
    for _ in range(8):
        inner = made.letter({made.SUBJECT: "层"}, [{made.DATA: inner}], header=24)
    (member,) = msg.members(made.msg({made.SUBJECT: "函"}, [{made.DATA: inner}]))
    depth = 0
    while member.data:
        assert texts(member.data) == ["层"]
        depth += 1
        (member,) = mail.members(member.data)
    assert depth == msg.DEEPEST


# the examples of [MS-OXRTFCP] 3.1 and 3.2
PACKED = [
    ("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d"
     "0a800fa0", b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"),
    ("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0",
     b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
]  # fmt: skip


@pytest.mark.parametrize(("packed", "plain"), PACKED)
def test_rtf_is_unpacked_as_the_specification_has_it(packed: str, plain: bytes) -> None:
    assert lzfu.unpacked(bytes.fromhex(packed)) == plain


def test_packed_rtf_is_unpacked_to_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lzfu, "MOST_BYTES", 1000)
    bomb = struct.pack("<III4x", 0, 0, 0x75465A4C) + b"\xff" + b"\x00\x0f" * 8 + b"\xff" * 900
    assert refused(lambda: lzfu.unpacked(bomb)) == "limit_size"


# --- refusals -----------------------------------------------------------------------------------

_NESTED = b"".join(
    b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(40)
)

REFUSED = [
    ("nothing said", b"Received: x\n\n  \n", "blank"),
    ("PGP", eml(part(b"Version: 1"), kind="multipart/encrypted", headers=HEAD), "encrypted"),
    ("S/MIME", HEAD.encode() + part(b"x", "application/pkcs7-mime; smime-type=enveloped-data"),
     "encrypted"),
    ("parts in parts", HEAD.encode() + _NESTED, "limit_depth"),
    ("too many parts", eml(*[b"\n"] * (mime.MOST_PARTS + 1), headers=HEAD), "limit_members"),
]  # fmt: skip


@pytest.mark.parametrize(("_why", "data", "reason"), REFUSED)
def test_why_a_letter_is_not_read(_why: str, data: bytes, reason: str) -> None:
    assert refused(lambda: mail.read(data)) == reason


OUTLOOK_REFUSED = [
    ("nothing said", made.msg({}), "blank"),
    ("cut off", made.msg({made.SUBJECT: "函"})[:600], "corrupt"),
    ("no compound file", b"x" * 3000, "corrupt"),
]


@pytest.mark.parametrize(("_why", "data", "reason"), OUTLOOK_REFUSED)
def test_why_a_letter_of_outlook_is_not_read(_why: str, data: bytes, reason: str) -> None:
    assert refused(lambda: msg.read(data)) == reason


def test_the_letters_of_a_mailbox() -> None:
    line = b"From a@b Tue Apr 18 09:00:00 2023\n"
    sent = [
        eml(part(b"x\n\nFrom here on\n"), headers=f"Subject: {word(name, 'utf-8')}\n")
        for name in ("一", "二", "二")
    ]
    box = b"\n".join(line + each for each in sent)
    assert texts(box)[0] == "一" and "二" not in only(box).text
    found = list(mail.members(box))
    assert [member.name for member in found] == ["二.eml", "二.eml~2"]
    assert [texts(member.data or b"")[0] for member in found] == ["二", "二"]
    # without the line that begins a mailbox it is one letter, whatever stands in it
    assert names(box.removeprefix(line)) == []


def test_a_file_written_into_the_text() -> None:
    code = b"".join(map(binascii.b2a_uu, (b"x" * 45, b"y" * 9)))
    body = b"before\n\nbegin 644 a.txt\n%s`\nend\nbegin 7 of\n" % code
    letter = HEAD.encode() + b"\n" + body
    assert texts(letter)[1:] == ["before", "begin 7 of"]
    (file,) = mail.members(letter)
    assert (file.name, file.data) == ("a.txt", b"x" * 45 + b"y" * 9)


def test_what_is_packed_with_its_signature_is_said_to_be_unread() -> None:
    kind = "Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx"
    assert only((HEAD + kind).encode()).unread == "encrypted"


def test_too_many_attachments_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(msg, "MOST_ATTACHED", 2)
    data = made.msg({made.SUBJECT: "函"}, [{made.DATA: b"x"}] * 3)
    assert refused(lambda: msg.members(data)) == "limit_members"


def test_a_long_header_costs_no_more_than_it_is_long() -> None:
    # the library counts quotation marks from the start for each semicolon
    hostile = b'Content-Type: text/plain; a="' + b'";"' * 100_000 + b"\n\nbody\n"
    assert texts(HEAD.encode() + hostile)[1:] == ["body"] or only(HEAD.encode() + hostile)


@given(st.binary(max_size=400))
def test_whatever_the_bytes_a_letter_is_read_or_refused(noise: bytes) -> None:
    whole = eml(part(noise, "text/html; charset=gbk"), noise, part(noise), headers=HEAD)
    for data in (noise, HEAD.encode() + noise, whole):
        try:
            list(mail.read(data))
            list(mail.members(data))
        except Unreadable:
            continue


# --- what is a letter ---------------------------------------------------------------------------

# a text, and whether it is taken for a letter
SNIFFED = [
    (b"Received: from a by b\nSubject: x\n\nbody", "eml"),
    (b"From a@b Tue Apr 18\nMessage-ID: <a>\n\nbody", "eml"),
    (b"Subject: x\r\nFrom: a@b\r\nDate: today\r\n\r\nbody", "eml"),
    ("Subject: 通知\nTo: 李\nFrom: 张\n\n正文".encode("gbk"), "eml"),
    (b"MIME-Version:1.0\nContent-Type: text/plain\n\nbody", "eml"),
    (b"Subject: x\n\nOne header is a heading.", "txt"),
    ("会议通知\nFrom: 张\nTo: 李\nDate: 明天\nSubject: 无\n".encode(), "txt"),
    ("如何看邮件头\n例如：\nMIME-Version: 1.0\nReceived: from a\n".encode(), "txt"),
    (b"From: 2\nTo: 3\n\nA memo.", "txt"),
]


@pytest.mark.parametrize(("data", "kind"), SNIFFED)
def test_what_is_taken_for_a_letter(data: bytes, kind: str) -> None:
    assert kinds.sniff(data, "a.txt") == kind


def test_a_real_letter_in_utf_16(real_files: Path) -> None:
    place = real_files / "hostile/txt/unstructured__fake-email-utf-16-le.eml"
    (page,) = kinds.read(place.read_bytes(), place.name)
    assert [block.text for block in page.blocks][:3] == [
        "Test Email", "Date: 2022-12-16 17:04 -0500", "This is a test email to use for unit tests.",
    ]  # fmt: skip
