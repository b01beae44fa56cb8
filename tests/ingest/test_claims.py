"""A file that is not what its name promises: told apart from one that is broken."""

from __future__ import annotations

import random

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest import kinds
from tests.ingest.made_files import docx, zipped

NOISE = random.Random(20240418).randbytes(5000)
RUBBISH = ("鿀龘齉麤" * 1200).encode("utf-16-le")
PROGRAM = b"MZ\x90\0" + bytes(200)


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (PROGRAM, "通知.pdf", "type_mismatch"),
        (PROGRAM, "照片.JPG", "type_mismatch"),
        (b"SQLite format 3\0" + bytes(100), "台账.xlsx", "type_mismatch"),
        (b"\x00\x00\x00\x20ftypisom" + bytes(100), "会议.docx", "type_mismatch"),
        (b"ID3\x04" + bytes(100), "会议.doc", "type_mismatch"),
        (b"#!/bin/sh\nrm -rf ~\n", "方案.pdf", "type_mismatch"),
        (b"L\0\0\0\x01\x14\x02\0" + bytes(100), "方案.docx", "type_mismatch"),
        (b"CAJ\0" + bytes(100), "论文.pdf", "type_mismatch"),
        (NOISE, "通知.pdf", "corrupt"),
        (NOISE, "通知.docx", "corrupt"),
        (NOISE, "照片.png", "corrupt"),
        (NOISE, "要点.txt", "corrupt"),
        (NOISE, "数据.dat", "unsupported_format"),
        (NOISE, "没有后缀", "unsupported_format"),
        (PROGRAM, "setup.exe", "unsupported_format"),
        (b"CAJ\0" + bytes(100), "论文.caj", "unsupported_format"),
        # letters of some encoding, and no paper's
        (RUBBISH, "通知.pdf", "corrupt"),
        (RUBBISH, "要点.txt", "garbled"),
    ],
)
def test_what_is_not_read_has_its_reason(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(kinds.read(data, name))
    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (docx("<w:p><w:r><w:t>通知</w:t></w:r></w:p>"), "通知.pdf"),
        ("<html><body><p>通知</p></body></html>".encode(), "通知.doc"),
        ("通知".encode(), "通知.docx"),
    ],
)
def test_what_can_be_read_is_read_whatever_its_name(data: bytes, name: str) -> None:
    (page,) = kinds.read(data, name)
    assert page.text == "通知"


def test_a_container_under_a_papers_name_is_a_container() -> None:
    assert kinds.sniff(zipped(a=b"1"), "附件.docx") in kinds.HOLDERS


LINE = "2023年，全市民族团结进步创建工作扎实推进。"


@pytest.mark.parametrize("name", ["材料.rar", "材料.zip", "材料.7z", "材料.tar.gz", "报告.pdf",
                                  "报告.docx", "台账.xlsx", "照片.jpg"])
def test_a_few_letters_do_not_hide_a_file_that_is_none(name: str) -> None:
    for data in (b"hi", b"<html><body>404</body></html>"):
        with pytest.raises(Unreadable) as refusal:
            list(kinds.read(data, name))
        assert refusal.value.reason == "type_mismatch"


@pytest.mark.parametrize(("text", "name"), [
    ("hi", "a.txt"), ("hi", "说明.md"), ("1,2", "a.csv"), ("hi", "没有后缀"), ("hi", "a.html"),
    ("Minutes of a meeting", "a.doc"), (LINE, "报告.wps"), (LINE, "报告.pdf"),
    ("县\t2023\t12\n乡\t2024\t30\n", "台账.xls"), (LINE * 4, "材料.rar"),
])
def test_a_text_is_read_whatever_it_is_called(text: str, name: str) -> None:
    assert list(kinds.read(text.encode(), name))


def test_an_archive_that_is_the_words_of_a_server_is_not_read() -> None:
    said = "<html><p>您访问的文件不存在，请重新登录后再试</p></html>"
    with pytest.raises(Unreadable, match="type_mismatch"):
        list(kinds.read(said.encode(), "材料.zip"))
