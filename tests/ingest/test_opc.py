"""Packages are unpacked, and their XML is parsed, within bounds."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest.packed import opc
from tests.ingest.made_files import zipped


def reason(package: bytes) -> str:
    with pytest.raises(Unreadable) as refusal:
        opc.open_zip(package)
    return refusal.value.reason


def overlapping() -> bytes:
    """Two members listed, the same bytes for both."""
    data = bytearray(zipped(a=b"one" * 100, b=b"two" * 100))
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 0)
    return bytes(data)


def test_members_do_not_overlap() -> None:
    assert reason(overlapping()) == "corrupt"


@pytest.mark.parametrize(
    ("limit", "value", "told"),
    [
        ("MOST_MEMBERS", 1, "limit_members"),
        ("MOST_BYTES", 100, "limit_size"),
        ("MOST_MEMBER", 100, "limit_size"),
    ],
)
def test_what_would_be_too_much_is_not_unpacked(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int, told: str
) -> None:
    monkeypatch.setattr(opc, limit, value)
    assert reason(zipped(a=b"a" * 200, b=b"b" * 200)) == told


def test_what_swells_is_not_unpacked_and_a_ledger_is() -> None:
    assert reason(zipped(a=b"\0" * 2_000_000)) == "limit_ratio"
    rows = "".join(
        f'<row r="{row}"><c r="A{row}" t="s"><v>{row % 7}</v></c>'
        f'<c r="B{row}"><v>{row * 37}</v></c></row>'
        for row in range(1, 60_000)
    )
    with opc.open_zip(zipped(sheet=rows.encode())) as package:
        assert len(opc.part(package, "sheet") or b"") > opc.FREE_BYTES


def test_a_member_that_says_less_than_it_holds_is_corrupt() -> None:
    data = bytearray(zipped(a=b"0123456789" * 1000))
    struct.pack_into("<I", data, data.rindex(b"PK\x01\x02") + 24, 10)
    with opc.open_zip(bytes(data)) as package, pytest.raises(Unreadable) as refusal:
        opc.part(package, "a")
    assert refusal.value.reason == "corrupt"


@pytest.mark.parametrize(
    ("xml", "told"),
    [
        (b"<a>" * 300 + b"</a>" * 300, "corrupt"),
        (b"<a>" + b"x" * 10_100_000 + b"</a>", "corrupt"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "corrupt"),
        (b"<a><b/></a>", None),
        (b"<a>" + b"<b/>" * 60 + b"</a>", "limit_objects"),
    ],
)
def test_xml_is_parsed_within_bounds(
    monkeypatch: pytest.MonkeyPatch, xml: bytes, told: str | None
) -> None:
    monkeypatch.setattr(opc, "MOST_TAGS", 50 if len(xml) < 500 else opc.MOST_TAGS)
    try:
        opc.parse(xml)
        found = None
    except Unreadable as refusal:
        found = refusal.reason
    assert found == told


def test_names_are_compared_without_case() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("Word\\Document.xml", b"here")
    with opc.open_zip(out.getvalue()) as package:
        assert opc.part(package, "/word/document.xml") == b"here"
        assert opc.part(package, "word/none.xml") is None


def test_a_package_whose_directory_breaks_off_is_read_if_no_part_is_lost() -> None:
    whole = zipped(a=b"one" * 100, b=b"two" * 100)
    directory = whole.index(b"PK\x01\x02")
    for cut in (whole[:-30], whole[: directory + 4]):
        with opc.open_zip(cut) as package:
            assert opc.part(package, "a") == b"one" * 100
            assert opc.part(package, "b") == b"two" * 100
    # where the members end without a directory nobody knows whether there were more
    assert reason(whole[:directory]) == "corrupt"
    assert reason(whole[: directory - 1]) == "corrupt"
