"""Whatever stands in a container: it ends in members, each bounded, or in a reason."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Callable

import py7zr
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import Unreadable
from pipeline.ingest import kinds, member
from pipeline.ingest.packed import outside
from pipeline.ingest.packed.membernames import shown
from tests.ingest.made_archives import (
    NOTE,
    Stored,
    Zipped,
    entry,
    rar,
    rar14,
    rar15,
    tarred,
    zipped,
)

HEADS = {"zip": b"PK\3\4", "rar": b"Rar!\x1a\x07\x01\0", "7z": b"7z\xbc\xaf\x27\x1c", "tar": b"",
         "gz": b"\x1f\x8b\x08", "bz2": b"BZh9", "xz": b"\xfd7zXZ\0"}


def seven() -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w") as archive:
        archive.writestr(NOTE * 9, "会议/纪要.txt")
        archive.writestr(b"", "空.txt")
    return out.getvalue()


ZIP = zipped(Zipped("会议/纪要.txt".encode("gb18030"), NOTE * 9), Zipped(b"b", method=0),
             Zipped(b"c/", b"", method=0))
TAR = tarred(("会议/纪要.txt", NOTE), entry("b", tarfile.LNKTYPE, "会议/纪要.txt"))
PAX = tarred(("长" * 99, NOTE), form=tarfile.PAX_FORMAT)
RAR = rar(Stored("纪要.txt".encode()), Stored(b"b", b"", way=4, target=b"a"), Stored(b"c"))
RAR15 = rar15(("纪要.txt".encode("gb18030"), NOTE, 0), (b"a.txt\0\x4e\xac\x1a\x4f", NOTE, 0x200))
WHOLE = [("zip", ZIP), ("tar", TAR), ("tar", PAX), ("rar", RAR), ("rar", RAR15),
         ("rar", rar14(b"A", NOTE)), ("7z", seven()),
         ("gz", gzip.compress(TAR)), ("bz2", bz2.compress(NOTE)), ("xz", lzma.compress(TAR))]


@pytest.fixture(autouse=True)
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other programs do with rubbish is not tried here."""
    monkeypatch.setattr(outside, "PROGRAMS", {})


def walked(kind: str, data: bytes) -> None:
    total, names = 0, set()
    try:
        for each in kinds.members(data, kind):
            assert each.name and each.name not in names
            assert not each.name.startswith("/") and "\0" not in each.name
            assert (each.data is None) != (each.reason is None)
            each.name.encode()  # it is text
            names.add(each.name)
            total += len(each.data or b"")
    except Unreadable as refusal:
        assert refusal.reason
    assert len(names) <= member.MOST_MEMBERS and total <= member.MOST_BYTES


Change = Callable[[bytearray], None]


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A container with some bytes changed, left out, put in or repeated."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        span = draw(st.sampled_from((1, 2, 4, 8, 30, 512)))
        match draw(st.integers(0, 3)):
            case 0:
                data[at : at + span] = draw(st.binary(min_size=1, max_size=span))
            case 1:
                del data[at : at + span]
            case 2:
                data[at:at] = data[max(0, at - span) : at]
            case _:
                number = draw(st.sampled_from((0, 0x7F, 0x80, 0xFF)))
                data[at : at + min(span, 8)] = bytes([number]) * min(span, 8)
    return bytes(data)


BOLD = settings(suppress_health_check=[HealthCheck.function_scoped_fixture,
                                       HealthCheck.too_slow, HealthCheck.data_too_large])


@BOLD
@given(st.sampled_from(WHOLE).flatmap(
    lambda pair: st.tuples(st.just(pair[0]), damaged(pair[1]))))
def test_damaged_containers(given_: tuple[str, bytes]) -> None:
    walked(*given_)


@BOLD
@given(st.sampled_from(sorted(HEADS)), st.binary(max_size=700))
def test_rubbish(kind: str, rubbish: bytes) -> None:
    walked(kind, HEADS[kind] + rubbish)


@BOLD
@given(st.lists(st.builds(
    Zipped, st.binary(max_size=20), st.binary(max_size=60),
    flags=st.sampled_from((0, 1, 8, 0x800)), method=st.sampled_from((0, 8, 9, 12, 14, 93, 95, 98)),
    mode=st.sampled_from((0, 0o100644, 0o120777, 0o40755, 0o20644)),
    size=st.none() | st.integers(0, 2**32 - 1), packed=st.none() | st.integers(0, 2**32 - 1),
    crc=st.none() | st.just(0), extra=st.binary(max_size=40), at=st.none() | st.integers(0, 500),
    content=st.none() | st.binary(max_size=60)), max_size=5), st.binary(max_size=30))
def test_zip_files_that_lie(members: list[Zipped], before: bytes) -> None:
    walked("zip", zipped(*members, before=before))


@BOLD
@given(st.lists(st.builds(
    Stored, st.binary(max_size=20), st.binary(max_size=40),
    size=st.none() | st.integers(0, 2**63), method=st.integers(0, 7),
    way=st.integers(0, 6), target=st.binary(max_size=9), encrypted=st.booleans(),
    folder=st.booleans()), max_size=5), st.booleans())
def test_rar_archives_that_lie(members: list[Stored], end: bool) -> None:
    walked("rar", rar(*members, end=end))


@BOLD
@given(st.lists(st.binary(max_size=12) | st.text(max_size=9), max_size=9))
def test_names(stated: list[bytes | str]) -> None:
    names = shown(stated)
    assert len(names) == len(stated) == len({name for name, _ in names})
    for name, reason in names:
        assert name and name[0] != "/" and not set(name) & set("\\\0\n\x1b\u202e\udc80")
        assert ".." not in name.split("/") or reason == "unsafe_path"


@BOLD
@given(st.binary(max_size=600), st.text(max_size=6))
def test_the_kind_of_anything_is_told(data: bytes, name: str) -> None:
    for head in HEADS.values():
        assert kinds.sniff(head + data, name)
