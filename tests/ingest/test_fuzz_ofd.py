"""OFD files that nobody would write: a reader ends with pages or with a reason, never otherwise."""

from __future__ import annotations

import io
import math
import os
import re
import zipfile
from typing import get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.errors import Reason, Unreadable
from pipeline.evidence import OnPage
from pipeline.ingest.ofd import picture as ofd_picture
from pipeline.ingest.ofd import reader as ofd
from tests.ingest import made_ofd as made

REASONS = set(get_args(Reason))


def _seed() -> bytes:
    """A file with something of everything."""
    shown = io.BytesIO()
    Image.new("RGBA", (20, 20), (1, 2, 3, 90)).save(shown, "PNG")
    unit = (
        '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="51"><ofd:Content>'
        f'{made.text(1, 1, "组合")}<ofd:CompositeObject ResourceID="52" Boundary="1 1 9 9"/>'
        "</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>"
    )
    glyphs = (
        '<ofd:TextObject Boundary="9 200 90 9" CTM="0 1 -1 0 4 0" Font="3" Size="4" HScale="1.1"'
        ' Alpha="90"><ofd:CGTransform CodePosition="1" CodeCount="2" GlyphCount="1"><ofd:Glyphs>7 8'
        '</ofd:Glyphs></ofd:CGTransform><ofd:TextCode X="1" Y="4" DeltaX="g 3 4 2" DeltaY="0 0 4">'
        "字fi形</ofd:TextCode></ofd:TextObject>"
    )
    path = (
        '<ofd:PathObject Boundary="9 9 90 90" Fill="true" Rule="Even-Odd" LineWidth="1">'
        '<ofd:FillColor Value="9 9 255"/><ofd:AbbreviatedData>S 0 0 M 1 1 L 5 5 Q 1 2 3 4 B 1 2 3 4'
        " 5 6 A 1 1 0 0 1 9 9 C</ofd:AbbreviatedData></ofd:PathObject>"
    )
    return made.write(
        [["第一页", ("甲", "乙"), ("丙", "丁")], [("戊", "己")], ["民族团结" * 30]],
        further=[[["第二份"]]],
        objects=glyphs + path + made.image("77", 9, 9, 50, 50) + made.line(9, 9, 9, 80)
        + '<ofd:CompositeObject ResourceID="51" Boundary="9 9 9 9" CTM="1 0 0 1 3 3"/>',
        template=made.text(30, 250, "模板"),
        notes=made.note(made.text(1, 1, "批注") + made.image("77", 1, 1, 5, 5)),
        resources=made.media("77", "a.png") + unit,
        attached={"清单.txt": b"a"},
        parts={"Doc_0/Res/a.png": shown.getvalue()},
    )  # fmt: skip


SEED = _seed()
with zipfile.ZipFile(io.BytesIO(SEED)) as _read:
    PARTS = {name: _read.read(name) for name in _read.namelist()}

NASTY = st.one_of(
    st.sampled_from([
        "", "0", "-1", "nan", "inf", "-inf", "1e308", "-1e7", "1e7", "9" * 40, "0.0000001", "g",
        "g 9999999999 1", "g -5 3", "g nan nan", "1 2 3", "0 0 0 0", "0 0 0 0 0 0", "1 1 1 1 1 1",
        "-1 0 0 -1 0 0", "1e6 0 0 1e6 0 0", "0 0 1e7 1e7", "..", "../../..", "/", "\\", "\x7f",
        "OFD.xml", "Pages/Page_0/Content.xml", "PublicRes.xml", "true", "false", "Foreground", "51",
        "52", "100", "T1", "77", "3", "甲乙丙", "\ue001", "\ufffd", "a" * 3000, "M", "M 1 L 2 Q",
        "M 0 0 " + "L 9 9 " * 500, "B B B", "é", "𠀀", "&lt;", "&#xd800;",
    ]),
    st.text(max_size=30),
    st.floats(width=32).map(str),
)  # fmt: skip
_VALUE = re.compile(r'(?<==")[^"]*(?=")|(?<=>)[^<>]+(?=<)')
_TAG = re.compile(r"<(/?)ofd:\w+")
TAGS = sorted({found[0][5:] for data in PARTS.values() for found in
               re.finditer(r"<ofd:\w+", data.decode("latin-1"))})  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """The file with a few values, elements, parts or bytes changed."""
    parts: dict[str, bytes | None] = dict(PARTS)
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(PARTS)))
        data = parts[name]
        how = draw(st.sampled_from(("value", "value", "value", "tag", "cut", "bytes", "swap")))
        if data is None:
            continue
        if how == "swap":
            parts[name] = draw(st.one_of(st.none(), st.sampled_from(list(PARTS.values()))))
        elif how == "bytes":
            at = draw(st.integers(0, len(data)))
            parts[name] = data[:at] + draw(st.binary(max_size=8)) + data[at + 1 :]
        elif how == "cut":
            at = draw(st.integers(0, len(data)))
            end = draw(st.integers(at, len(data)))
            parts[name] = data[:at] + data[at:end] * draw(st.sampled_from((0, 2, 40))) + data[end:]
        else:
            text = data.decode("utf-8", "replace")
            found = list((_VALUE if how == "value" else _TAG).finditer(text))
            if found:
                # few choices come to the front of a list again and again
                chosen = found[draw(st.integers(0, len(found) - 1))]
                new = draw(NASTY)
                if how == "tag":
                    new = f"<{chosen[1]}ofd:{draw(st.sampled_from(TAGS))}"
                parts[name] = (text[: chosen.start()] + new + text[chosen.end() :]).encode(
                    "utf-8", "replace"
                )
    data = made.package({name: each for name, each in parts.items() if each is not None})
    if draw(st.integers(0, 4)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=8)) + data[at + draw(st.integers(0, 8)) :]
    return data


def check(data: bytes) -> None:
    """Whatever the file is: pages in order with sound boxes, or a reason of the closed list."""
    number = 0
    try:
        for number, page in enumerate(ofd.read(data), 1):
            assert page.number == number
            assert page.unread is None or page.unread in REASONS
            assert 0 < page.width < 60_000 and 0 < page.height < 60_000
            for block in page.blocks:
                assert isinstance(block.place, OnPage) and block.place.page == number
                x0, top, x1, bottom = block.place.box
                assert all(map(math.isfinite, block.place.box)) and x0 <= x1 and top <= bottom
                assert block.text.strip() and "\0" not in block.text
                assert (block.kind == "row") == bool(block.table) == bool(block.cells)
                assert math.isfinite(block.size) and block.size >= 0
                block.text.encode()
    except Unreadable as refusal:
        assert refusal.reason in REASONS
    try:
        for member in ofd.members(data):
            assert member.name and (member.data is None) == (member.reason in REASONS)
    except Unreadable as refusal:
        assert refusal.reason in REASONS
    try:
        assert ofd_picture.picture(data, max(number, 1)).mode == "RGB"
    except Unreadable as refusal:
        assert refusal.reason in REASONS


@settings(
    max_examples=settings().max_examples if os.environ.get("ZUOZHENG_FUZZ") else 40,
    suppress_health_check=list(HealthCheck),
)
@given(spoilt())
def test_no_file_is_more_than_a_reader_can_bear(data: bytes) -> None:
    check(data)


def test_the_seed_is_read() -> None:
    assert [page.unread for page in ofd.read(SEED)] == [None] * 4
    check(SEED)
