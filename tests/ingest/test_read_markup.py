"""XML of no known format: what it says, and nothing that it points to."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest import kinds
from pipeline.ingest.text import markup

FEED = (
    '<?xml version="1.0" encoding="{0}"?><rss><channel><title>工作动态</title><item><title>宣传月'
    "</title><description><![CDATA[<p>开展<b>宣讲</b></p><script>x()</script>"
    "<p>入户 &amp; 走访</p>]]></description></item></channel></rss>"
)
SAID = ["工作动态", "宣传月", "开展宣讲", "入户 & 走访"]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("stated", ["utf-8", "gb2312"])
def test_elements_are_paragraphs(encoding: str, stated: str) -> None:
    data = FEED.format(stated).encode(encoding)
    assert kinds.sniff(data, "a.xml") == "xml"
    (page,) = kinds.read(data, "a.xml")
    assert [block.text for block in page.blocks] == SAID


@pytest.mark.parametrize(
    ("xml", "said", "unread"),
    [
        ("<a><b>甲<i>乙</i>丙</b><c/>\n<d> 丁\n 戊 </d></a>", ["甲乙丙", "丁 戊"], None),
        ('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>甲<b>&e;</b></a>', ["甲"], None),
        ("<a><b>甲</b><b>乙", ["甲", "乙"], "corrupt"),
        ("<a>" * 400 + "甲" + "</a>" * 400, None, "limit_depth"),
        ("<a><b/></a>", None, "blank"),
        ('<a><行 名="甲" 日="3月"/><b c="red"/><d t="乙">丙</d></a>', ["甲 3月", "乙", "丙"], None),
        ("<a>甲\x01乙</a>", ["甲乙"], None),
        (
            '<o:document xmlns:o="http://openoffice.org/2000/office"><o:meta><g>某程序</g></o:meta>'
            "<o:settings><i>100</i></o:settings><o:styles><s>宋体</s></o:styles><o:body>甲</o:body>"
            "</o:document>", ["甲"], None,
        ),
        ("<a><meta>甲</meta><styles>乙</styles></a>", ["甲", "乙"], None),
    ],
)
def test_what_is_odd_is_told(xml: str, said: list[str] | None, unread: str | None) -> None:
    data = ('<?xml version="1.0"?>' + xml).encode()
    if said is None:
        with pytest.raises(Unreadable) as refusal:
            list(markup.read(data))
        assert refusal.value.reason == unread
    else:
        (page,) = markup.read(data)
        assert [block.text for block in page.blocks] == said
        assert page.unread == unread


def test_too_many_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup.opc, "MOST_TAGS", 10)
    with pytest.raises(Unreadable) as refusal:
        list(markup.read(b"<?xml version='1.0'?><a>" + b"<b/>" * 20 + b"x</a>"))
    assert refusal.value.reason == "limit_objects"


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("real_zh/txt_gbk/chardet__acnnewswire.net.xml", "亚太"),
        ("real_zh/txt_gbk/chardet__sinica.edu.tw.xml", "線上演算法"),
        ("hostile/txt/unstructured__factbook-utf-16.xml", "United States"),
    ],
)
def test_in_this_file_stands_this(real_files: Path, name: str, phrase: str) -> None:
    place = real_files / name
    (page,) = kinds.read(place.read_bytes(), place.name)
    assert phrase in page.text
