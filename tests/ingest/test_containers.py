"""Containers: what is in them is read, and nothing in them can do harm."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import tempfile
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import py7zr
import pytest

from pipeline.errors import Unreadable
from pipeline.ingest import kinds, member
from pipeline.ingest.packed import outside, spool
from pipeline.ingest.packed.membernames import shown
from tests.ingest.made_archives import (
    NOTE,
    Stored,
    Zipped,
    entry,
    many,
    rar,
    rar14,
    rar15,
    tarred,
    unicode_path,
    zipped,
)

HOLES = bytes(3_000_000)
"""What packs to next to nothing."""


def seven(*members: tuple[str, bytes], **given: object) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", **given) as archive:  # type: ignore[arg-type]
        for name, data in members:
            archive.writestr(data, name)
    return out.getvalue()


def packed(data: bytes, method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("通知.txt", data)
    return out.getvalue()


def gzipped(data: bytes, name: bytes = b"") -> bytes:
    whole = gzip.compress(data, mtime=0)
    return whole[:3] + b"\x08" + whole[4:10] + name + b"\0" + whole[10:] if name else whole


def held(data: bytes, name: str = "a") -> tuple[dict[str, bytes | str | None], str | None]:
    """The members by name, each its bytes or its reason, and why there are not more."""
    found: dict[str, bytes | str | None] = {}
    try:
        for each in kinds.members(data, kinds.sniff(data, name)):
            assert (each.data is None) == (each.reason is not None)
            assert each.name not in found
            found[each.name] = each.reason or each.data
    except Unreadable as refusal:
        return found, refusal.reason
    return found, None


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary files go; nothing is left of them."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert not list(tmp_path.iterdir())


GBK = "会议/纪要.txt".encode("gb18030")
TAR = tarred(("会议/纪要.txt", NOTE))
OLD_TAR = bytearray(tarred(("a.txt", NOTE)))
OLD_TAR[257:265] = bytes(8)
OLD_TAR[148:156] = b"%06o\0 " % (sum(OLD_TAR[:148]) + 256 + sum(OLD_TAR[156:512]))
TWO_LINKS = (("a.txt", NOTE), entry("同.txt", tarfile.LNKTYPE, "a.txt"))
RAR15 = bytes.fromhex("526172211a0700cf907300000d00000000000000")

READ: list[tuple[str, bytes, dict[str, bytes | str | None]]] = [
    ("deflated", packed(NOTE, zipfile.ZIP_DEFLATED), {"通知.txt": NOTE}),
    ("bzip2 in zip", packed(NOTE, zipfile.ZIP_BZIP2), {"通知.txt": NOTE}),
    ("lzma in zip", packed(NOTE, zipfile.ZIP_LZMA), {"通知.txt": NOTE}),
    ("xz in zip", zipped(Zipped(b"a", method=95, content=lzma.compress(NOTE))), {"a": NOTE}),
    ("names of Windows", zipped(Zipped(GBK)), {"会议/纪要.txt": NOTE}),
    ("UTF-8 unmarked", zipped(Zipped("会议/纪要.txt".encode())), {"会议/纪要.txt": NOTE}),
    ("one name is no text", zipped(Zipped(GBK), Zipped(b"\xff\xff.txt", flags=0x800)),
     {"会议/纪要.txt": NOTE, "\xa0\xa0.txt": NOTE}),
    ("names of two programs", zipped(Zipped(GBK), Zipped("材料/通知.txt".encode())),
     {"会议/纪要.txt": NOTE, "材料/通知.txt": NOTE}),
    ("names of two programs, mostly UTF-8", zipped(
        Zipped("通知.txt".encode()), Zipped("材料/通知.txt".encode()), Zipped(GBK)),
     {"通知.txt": NOTE, "材料/通知.txt": NOTE, "会议/纪要.txt": NOTE}),
    ("two names", zipped(Zipped(b"?.txt", extra=unicode_path(b"?.txt", "纪要.txt"))),
     {"纪要.txt": NOTE}),
    ("two names, the other renamed since", zipped(Zipped(b"b", extra=unicode_path(b"a", "旧"))),
     {"b": NOTE}),
    ("backslashes", zipped(Zipped("会议\\纪要.txt".encode("gb18030"))), {"会议/纪要.txt": NOTE}),
    ("from the root", zipped(Zipped(b"/etc/passwd"), Zipped("C:\\材料\\a.txt".encode())),
     {"etc/passwd": NOTE, "材料/a.txt": NOTE}),
    ("same name", zipped(Zipped(b"a"), Zipped(b"a"), Zipped(b"a~2")),
     {"a": NOTE, "a~2": NOTE, "a~2~2": NOTE}),
    ("no name", zipped(Zipped(b""), Zipped(b"/.", data=b"1", method=0)), {"_1": NOTE, "_2": b"1"}),
    ("marks in names", zipped(Zipped(b"a\0\r\x1b.txt"),
                              Zipped("\u202etxt.exe".encode(), flags=0x800)),
     {"a\ufffd\ufffd\ufffd.txt": NOTE, "\ufffdtxt.exe": NOTE}),
    ("folders", zipped(Zipped(b"a/", b"", method=0), Zipped(b"a/b")), {"a/b": NOTE}),
    ("behind a program", zipped(Zipped(b"a"), before=b"MZ\0\0" + bytes(500)), {"a": NOTE}),
    ("behind a text", zipped(Zipped(b"a"), before=b"hello\n"), {"a": NOTE}),
    ("something behind it", zipped(Zipped(b"a"), after=b"\r\n"), {"a": NOTE}),
    ("other local name", zipped(Zipped(b"a", local_name=b"b")), {"a": NOTE}),
    ("count of 0", zipped(Zipped(b"a"), count=0), {"a": NOTE}),
    ("litter", zipped(Zipped(b"__MACOSX/._a"), Zipped(b"x/Thumbs.db"), Zipped(b"a")),
     {"__MACOSX/._a": "system_file", "x/Thumbs.db": "system_file", "a": NOTE}),
    ("climbs", zipped(Zipped(b"a/../b"), Zipped(b"x/../../b")),
     {"b": NOTE, "../b": "unsafe_path"}),
    ("link in zip", zipped(Zipped(b"a", b"/etc/passwd", mode=0o120777), Zipped(b"b")),
     {"a": "link", "b": NOTE}),
    ("device in zip", zipped(Zipped(b"a", mode=0o060644), Zipped(b"b")),
     {"a": "unsafe_path", "b": NOTE}),
    ("one locked", zipped(Zipped(b"a", flags=1), Zipped(b"b")), {"a": "encrypted", "b": NOTE}),
    ("method of 1989", zipped(Zipped(b"a", method=2), Zipped(b"b")),
     {"a": "unsupported_format", "b": NOTE}),
    ("wrong checksum", zipped(Zipped(b"a", crc=1), Zipped(b"b")), {"a": "corrupt", "b": NOTE}),
    ("no deflate", zipped(Zipped(b"a", content=b"\xff" * 9), Zipped(b"b")),
     {"a": "corrupt", "b": NOTE}),
    ("no zstd, no ppmd", zipped(Zipped(b"a", method=93, content=bytes(9)),
                                Zipped(b"b", method=98, content=b"\0\0\1"), Zipped(b"c")),
     {"a": "corrupt", "b": "corrupt", "c": NOTE}),
    ("ends within", zipped(Zipped(b"a", content=b"\x03"), Zipped(b"b")),
     {"a": "corrupt", "b": NOTE}),
    ("beyond the file", zipped(Zipped(b"a", packed=2**31), Zipped(b"b")),
     {"a": "corrupt", "b": NOTE}),
    ("nowhere", zipped(Zipped(b"a", at=9999), Zipped(b"b")), {"a": "corrupt", "b": NOTE}),
    ("says less", zipped(Zipped(b"a", HOLES, size=5), Zipped(b"b")),
     {"a": "corrupt", "b": NOTE}),
    ("bomb", zipped(Zipped(b"a", HOLES), Zipped(b"b")), {"a": "limit_ratio", "b": NOTE}),
    ("says too much", zipped(Zipped(b"a", size=2**30), Zipped(b"b")),
     {"a": "limit_size", "b": NOTE}),
    ("tar", TAR, {"会议/纪要.txt": NOTE}),
    ("tar of Windows", tarred(("会议/纪要.txt", NOTE), encoding="gbk"), {"会议/纪要.txt": NOTE}),
    ("pax", tarred(("长" * 200, NOTE), form=tarfile.PAX_FORMAT), {"长" * 200: NOTE}),
    ("tar without magic", bytes(OLD_TAR), {"a.txt": NOTE}),
    ("hard link", tarred(*TWO_LINKS), {"a.txt": NOTE, "同.txt": NOTE}),
    ("links in tar", tarred(entry("a", tarfile.SYMTYPE, "/etc/passwd"),
                            entry("b", tarfile.LNKTYPE, "/etc/passwd"), ("c", NOTE)),
     {"a": "link", "b": "link", "c": NOTE}),
    ("devices in tar", tarred(entry("a", tarfile.CHRTYPE), entry("b", tarfile.FIFOTYPE),
                              ("../c", NOTE), entry("d", tarfile.DIRTYPE)),
     {"a": "unsafe_path", "b": "unsafe_path", "../c": "unsafe_path"}),
    ("tar.gz", gzip.compress(TAR, mtime=0), {"会议/纪要.txt": NOTE}),
    ("tar.bz2", bz2.compress(TAR), {"会议/纪要.txt": NOTE}),
    ("tar.xz", lzma.compress(TAR), {"会议/纪要.txt": NOTE}),
    ("gz", gzipped(NOTE), {"内容": NOTE}),
    ("gz with its name", gzipped(NOTE, "纪要.txt".encode("gbk")), {"纪要.txt": NOTE}),
    ("gz of two parts", gzip.compress(NOTE, mtime=0) * 2, {"内容": NOTE * 2}),
    ("something behind gz", gzip.compress(NOTE, mtime=0) + b"rubbish", {"内容": NOTE}),
    ("bz2", bz2.compress(NOTE), {"内容": NOTE}),
    ("xz", lzma.compress(NOTE), {"内容": NOTE}),
    ("7z", seven(("会议/纪要.txt", NOTE), ("b", b"")), {"会议/纪要.txt": NOTE, "b": b""}),
    ("bomb in 7z", seven(("a", HOLES)), {"a": "limit_ratio"}),
    ("rar", rar(Stored("会议/纪要.txt".encode()), Stored(b"d", b"", folder=True)),
     {"会议/纪要.txt": NOTE}),
    ("rar of Windows", rar15((b"\xb1\xa3.txt", NOTE, 0), (b"d", b"", 0xE0)), {"保.txt": NOTE}),
    ("wide names in rar", rar15(
        # two bytes, the high byte given, the low byte alone, two as in the plain name
        (b"??ab\0\x4e\x9c\x1a\x4f\x49\0", NOTE, 0x200),
        (b"??.txt\0\x4e\xac\x1a\x4f\xaf\x8b\x02", NOTE, 0x200),
        ("纪要.txt".encode(), NOTE, 0x200),
        (b"b.txt\0", NOTE, 0x200)),
     {"会义ab": NOTE, "会讯.txt": NOTE, "纪要.txt": NOTE, "b.txt": NOTE}),
    ("rar of 1993", rar14(b"A.TXT", NOTE), {"A.TXT": NOTE}),
    ("links in rar", rar(Stored(b"a"), Stored(b"b", b"", way=4, target=b"a"),
                         Stored(b"c", b"", way=1, target=b"a"),
                         Stored(b"d", b"", way=4, target=b"/etc/passwd")),
     {"a": NOTE, "b": NOTE, "c": "link", "d": "link"}),
    ("one of rar locked", rar(Stored(b"a", encrypted=True), Stored(b"b")),
     {"a": "encrypted", "b": NOTE}),
    ("rar climbs", rar(Stored(b"../a"), Stored(b"b", crc=1)),
     {"../a": "unsafe_path", "b": "corrupt"}),
    ("bomb in rar", rar(Stored(b"a", size=2**26, method=3), Stored(b"b", size=2**40, method=3)),
     {"a": "limit_ratio", "b": "limit_size"}),
]  # fmt: skip


@pytest.mark.parametrize(("data", "members"), [row[1:] for row in READ],
                         ids=[row[0] for row in READ])
def test_members(data: bytes, members: dict[str, bytes | str | None]) -> None:
    assert held(data) == (members, None)


NAMED = [
    ("单个.txt.gz", gzip.compress(NOTE, mtime=0), "单个.txt"),
    ("一/纪要.bz2", bz2.compress(NOTE), "纪要"),
    ("单个.xz", lzma.compress(NOTE), "单个"),
    ("单个.txt.gz", gzipped(NOTE, b"b.txt"), "b.txt"),
    ("单个", gzip.compress(NOTE, mtime=0), "内容"),
    (".gz", gzip.compress(NOTE, mtime=0), "内容"),
    ("", gzip.compress(NOTE, mtime=0), "内容"),
]


@pytest.mark.parametrize(("file", "data", "name"), NAMED, ids=range(len(NAMED)))
def test_what_is_packed_without_a_name_has_that_of_the_file(
    file: str, data: bytes, name: str
) -> None:
    (found,) = kinds.members(data, kinds.sniff(data, file), file)
    assert (found.name, found.data) == (name, NOTE)


OVERLAP = zipped(Zipped(b"a", HOLES), Zipped(b"b", HOLES, content=b"", packed=2900, at=0))
SHARED = zipped(Zipped(b"a"), Zipped(b"b", content=b"", packed=len(Zipped(b"").bytes_()), at=0))
TWO = zipped(Zipped(b"a"), Zipped(b"b"))
HOLDING = zipped(Zipped(b"a.zip", TWO, method=0), Zipped(b"b"))
LOST = bytearray(TWO)
LOST[TWO.index(b"PK\1\2") + 1] = 0
SEVEN = seven(("a", bytes(range(256)) * 8))
LOCKED = seven(("a", NOTE), password="1")
NAMELESS = io.BytesIO()
with py7zr.SevenZipFile(NAMELESS, "w", password="1", header_encryption=True) as hidden:
    hidden.writestr(NOTE, "a")

REFUSED: list[tuple[str, bytes, dict[str, bytes | str | None], str]] = [
    ("nothing in zip", zipped(), {}, "empty"),
    ("only folders", zipped(Zipped(b"a/", b"", method=0)), {}, "empty"),
    ("all locked", zipped(Zipped(b"a", flags=1), Zipped(b"b", method=99, flags=1)), {},
     "encrypted"),
    ("directory locked", zipped(Zipped(b"a", flags=0x2001)), {}, "encrypted"),
    ("last part", zipped(Zipped(b"a"), disk=3), {}, "part_missing"),
    ("first part", b"PK\7\10" + TWO[:60], {}, "part_missing"),
    ("part cut by size", (TWO + bytes(9000)).replace(b"PK\5\6", b"....")[:5000], {},
     "part_missing"),
    ("breaks off", TWO[: TWO.rindex(b"PK\3\4") + 40], {"a": NOTE, "b": "corrupt"}, "corrupt"),
    ("breaks off behind an archive in it", HOLDING[: HOLDING.rindex(b"PK\3\4") + 40],
     {"a.zip": TWO, "b": "corrupt"}, "corrupt"),
    ("directory damaged", bytes(LOST), {"a": NOTE, "b": NOTE}, "corrupt"),
    ("bytes shared", SHARED, {}, "corrupt"),
    ("bomb of shared bytes", OVERLAP, {}, "limit_ratio"),
    ("too many", zipped(*many(10_001)), {}, "limit_members"),
    ("too much", zipped(*(Zipped(str(n).encode(), size=2**29, content=bytes(6 * 2**20), method=8)
                          for n in range(5))), {}, "limit_size"),
    ("tar breaks off", tarred(("a", NOTE), ("b", HOLES))[:9000], {"a": NOTE, "b": "corrupt"},
     "corrupt"),
    ("tar goes wrong", tarred(("a", NOTE), ("b", NOTE)).replace(b"ustar", b"\xff\xff\xff\xff\xff")
     .replace(b"\xff\xff\xff\xff\xff", b"ustar", 1), {"a": NOTE}, "corrupt"),
    ("nothing in tar", tarred(entry("a", tarfile.DIRTYPE)), {}, "empty"),
    ("too many in tar", tarred(*(entry(str(n), tarfile.REGTYPE) for n in range(10_001))), {},
     "limit_members"),
    ("tar.gz breaks off", gzip.compress(tarred(("a", NOTE), ("b", bytes(range(256)) * 99)), 0)
     [:3000], {"a": NOTE, "b": "corrupt"}, "corrupt"),
    ("gz breaks off", gzip.compress(NOTE, mtime=0)[:-3], {}, "corrupt"),
    ("gz with a wrong checksum", gzip.compress(NOTE, mtime=0)[:-8] + bytes(8), {}, "corrupt"),
    ("gz bomb", gzip.compress(HOLES, mtime=0), {}, "limit_ratio"),
    ("xz bomb", lzma.compress(HOLES), {}, "limit_ratio"),
    ("bz2 bomb", bz2.compress(HOLES), {}, "limit_ratio"),
    ("7z locked", LOCKED, {}, "encrypted"),
    ("7z with locked names", NAMELESS.getvalue(), {}, "encrypted"),
    ("7z breaks off", SEVEN[: len(SEVEN) // 2 | 1], {}, "corrupt"),
    ("7z part", (SEVEN + bytes(4096))[:40] + bytes(984), {}, "corrupt"),
    ("nothing in 7z", seven(), {}, "empty"),
    ("rar locked", rar(Stored(b"a", encrypted=True)), {}, "encrypted"),
    ("old rar with locked names", rar15((b"a", NOTE, 0), locked=True), {}, "encrypted"),
    ("part of an old rar", rar15((b"a", NOTE, 1)), {}, "part_missing"),
    ("old rar locked", rar15((b"a", NOTE, 4)), {}, "encrypted"),
    ("old rar breaks off", rar15((b"a", NOTE, 0), (b"b", NOTE, 0))[:-20],
     {"a": NOTE, "b": "corrupt"}, "corrupt"),
    ("too many headers in rar", rar()[:-8] + (rar()[8:16] * 100_001), {}, "limit_members"),
    ("too many in 7z", seven(*((str(n), b"") for n in range(10_001))), {}, "limit_members"),
    ("rar with locked names", rar(Stored(b"a"), locked=True), {}, "encrypted"),
    ("part of a rar", rar(Stored(b"a"), volume=True), {}, "part_missing"),
    ("split in rar", rar(Stored(b"a", split=True)), {}, "part_missing"),
    ("nothing in rar", rar(), {}, "empty"),
    ("rar breaks off", rar(Stored(b"a"), Stored(b"b"))[:-20], {"a": NOTE, "b": "corrupt"},
     "corrupt"),
    ("too many in rar", rar(*(Stored(str(n).encode(), b"") for n in range(10_001))), {},
     "limit_members"),
    ("rar of no version", b"Rar!\x1a\x07\x09" + bytes(99), {}, "corrupt"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "members", "reason"), [row[1:] for row in REFUSED],
                         ids=[row[0] for row in REFUSED])
def test_refusals(data: bytes, members: dict[str, bytes | str | None], reason: str) -> None:
    assert held(data, "a.zip") == (members, reason)


def test_a_part_of_a_7z_archive_is_told_by_its_size() -> None:
    whole = seven(("a", bytes(range(256)) * 40), filters=[{"id": py7zr.FILTER_COPY}])
    assert held(whole[:1024]) == ({}, "part_missing")
    assert held(whole[:1025]) == ({}, "corrupt")


def test_zip64(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 0)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", NOTE)
        archive.writestr("b", NOTE)
    assert held(out.getvalue()) == ({"a": NOTE, "b": NOTE}, None)
    assert held(b"MZ\0" + out.getvalue()) == ({"a": NOTE, "b": NOTE}, None)


@pytest.mark.parametrize("method", [93, 9, 98])
def test_methods_of_other_libraries(method: int) -> None:
    from backports import zstd
    from inflate64 import Deflater
    from pyppmd import Ppmd8Encoder

    if method == 93:
        content = zstd.compress(NOTE * 99)
    elif method == 9:
        packer = Deflater()
        content = packer.deflate(NOTE * 99) + packer.flush()
    else:
        coder = Ppmd8Encoder(6, 16 << 20, 0)
        content = struct.pack("<H", 5 | 15 << 4) + coder.encode(NOTE * 99) + coder.flush()
    data = zipped(Zipped(b"a", NOTE * 99, method=method, content=content))
    assert held(data) == ({"a": NOTE * 99}, None)
    short = zipped(Zipped(b"a", NOTE * 99, method=method, content=content[:20]), Zipped(b"b"))
    assert held(short) == ({"a": "corrupt", "b": NOTE}, None)


def test_many_names_alike_cost_no_more_than_others() -> None:
    names = shown([b"a"] * 10_000)
    assert names[-1] == ("a~10000", None) and len(set(names)) == 10_000


def test_all_names_decide_about_the_encoding_together() -> None:
    # alone the first could be Cyrillic in UTF-8
    assert shown([b"\xd2\xaa.txt"])[0][0] == "要.txt"
    assert shown(["要".encode(), "会议纪要".encode()])[0][0] == "要"
    assert shown(["😊".encode(), "é".encode()])[1][0] == "é"
    assert shown([b"Gr\x81.txt"])[0][0] == "Grü.txt"


def test_a_long_name_keeps_its_ending() -> None:
    ((name, _),) = shown([b"x" * 60_000 + b".docx"])
    assert len(name) == 4096 and name.endswith(".docx")


def test_a_member_is_let_go_before_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member, "MOST_RATIO", 10_000)
    size = 3 * 2**20
    for data in (zipped(*(Zipped(bytes([97 + n]), bytes(size)) for n in range(10))),
                 seven(*((str(n), bytes(size)) for n in range(10)),
                       filters=[{"id": py7zr.FILTER_COPY}])):
        kind = kinds.sniff(data, "a")
        tracemalloc.start()
        assert sum(len(each.data or b"") for each in kinds.members(data, kind)) == 10 * size
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 6 * size


def test_what_unpacks_to_more_than_it_says_is_not_unpacked_to_its_end() -> None:
    data = zipped(Zipped(b"a", bytes(100_000_000), size=100), Zipped(b"b"))
    tracemalloc.start()
    assert held(data) == ({"a": "corrupt", "b": NOTE}, None)
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(("piece", "packed", "size", "reason"), [
    (bytes(100_000), 100, 2**50, "limit_ratio"),
    (bytes(2**26), 2**50, 2**50, "limit_size"),
    (bytes(100), 100, 250, "corrupt"),
])
def test_no_more_is_unpacked_than_the_bounds_allow(piece: bytes, packed: int, size: int,
                                                   reason: str) -> None:
    given: list[int] = []

    def pieces() -> Iterator[bytes]:
        while len(given) < 50:
            given.append(len(piece))
            yield piece

    with pytest.raises(Unreadable) as refusal:
        member.bounded(pieces(), packed, size)
    assert refusal.value.reason == reason and len(given) < 20
    with pytest.raises(Unreadable) as refusal:
        member.bounded([b"abc"], 3, 4)
    assert refusal.value.reason == "corrupt"


def test_a_file_with_holes_is_weighed_by_what_is_stored() -> None:
    header = bytearray(tarred(("a", b"x" * 512)))
    header[156:157] = b"S"
    # GNU: the one piece stored is at 0 and 512 long; the file's real size stands at 483
    header[386:410] = b"%011o\0%011o\0" % (0, 512)
    header[483:495] = b"%011o\0" % 100_000_000
    header[148:156] = b"        "
    header[148:156] = b"%06o\0 " % sum(header[:512])
    assert held(bytes(header)) == ({"a": "limit_ratio"}, None)


def test_what_is_put_aside_is_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "PART", 1000)
    monkeypatch.setattr(spool, "IN_MEMORY", 100)
    text = bytes(range(256)) * 30
    assert held(gzip.compress(text, mtime=0)) == ({"内容": text}, None)
    assert held(gzip.compress(tarred(("a", text), ("b", NOTE)))) == ({"a": text, "b": NOTE}, None)
    with spool.Spool() as file:
        file.write(text)
        file.cut(1500)
        file.write(NOTE)
        assert file.take(0, 9999) == text[:1500] + NOTE


def test_hard_links_count_as_often_as_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member, "MOST_BYTES", 50)
    assert held(tarred(*TWO_LINKS)) == ({}, "limit_size")
    assert held(rar(Stored(b"a"), Stored(b"b", b"", way=4, target=b"a"))) == ({}, "limit_size")


# what the programs do --------------------------------------------------------------------------

PACKED = ("rarfile__rar5-solid.rar", {"stest1.txt": 2048, "stest2.txt": 2048})


def sizes(path: Path) -> tuple[dict[str, int | str | None], str | None]:
    found, reason = held(path.read_bytes(), path.name)
    return {n: len(d) if isinstance(d, bytes) else d for n, d in found.items()}, reason


def test_without_a_program_stored_members_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "PROGRAMS", {"no-such-program": ()})
    assert held(rar(Stored(b"a"), Stored(b"b", method=3))) == (
        {"a": NOTE, "b": "program_missing"}, None)
    assert held(rar(Stored(b"b", method=3))) == ({}, "program_missing")


def test_a_program_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "PROGRAMS", {"tail": ("-c", "1", "-f")})
    monkeypatch.setattr(outside, "SECONDS", 0.3)
    started = time.monotonic()
    assert held(rar(Stored(b"a"), Stored(b"b", method=3))) == ({"a": NOTE, "b": "timeout"}, None)
    assert time.monotonic() - started < 5


def test_a_program_that_gives_too_much_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "PROGRAMS", {"cat": ("/dev/zero",)})
    assert held(rar(Stored(b"a", method=3))) == ({"a": "corrupt"}, None)


def test_without_a_checksum_only_what_ends_well_is_believed(monkeypatch: pytest.MonkeyPatch
                                                            ) -> None:
    data = rar(Stored(b"a", b"12345", method=3, summed=False))
    monkeypatch.setattr(outside, "PROGRAMS", {"head": ("-q", "-c", "5")})
    assert held(data) == ({"a": b"Rar!\x1a"}, None)
    monkeypatch.setattr(outside, "PROGRAMS", {"head": ("-q", "-c", "5", "/no/such/file")})
    assert held(data) == ({"a": "corrupt"}, None)


@pytest.mark.parametrize("program", ["unar", "bsdtar"])
def test_each_program_alone(real_files: Path, program: str, monkeypatch: pytest.MonkeyPatch
                            ) -> None:
    if not outside.shutil.which(program):
        pytest.skip(f"{program} is not installed")
    monkeypatch.setattr(outside, "PROGRAMS", {program: outside.PROGRAMS[program]})
    assert sizes(real_files / "hostile" / "archive" / PACKED[0]) == (PACKED[1], None)


REAL: list[tuple[str, dict[str, int | str | None], str | None]] = [
    ("libzip__filename_empty.zip", {"_1": 0}, None),
    ("libzip__incons-central-crc.zip", {"a": "corrupt"}, None),
    ("libzip__incons-local-filename.zip", {"a": 1}, None),
    ("libzip__junk-at-start.zip", {"test": 5, "testdir/test2": 5}, None),
    ("libzip__testfile-truncated.zip", {"testfile.txt": 0}, "corrupt"),
    ("libzip__testfile-zstd.zip", {"abac-repeat.txt": 64}, None),
    ("pocs__aes.zip", {}, "encrypted"),
    ("pocs__rar14.rar", {"RAR14.TXT": 7}, None),
    ("pocs__reduced1.zip", {"HELLO.TXT": "unsupported_format"}, None),
    ("pocs__unicode2.zip", {"😊": 12}, None),
    ("py7zr__archive.7z.001", {}, "part_missing"),
    ("py7zr__empty.7z", {}, "empty"),
    ("py7zr__encrypted_1.7z", {}, "encrypted"),
    ("py7zr__filename_encryption.7z", {}, "encrypted"),
    ("py7zr__ppmd.7z", {"test/test2.txt": 33, "test1.txt": 33}, None),
    ("py7zr__root_path_arcname.7z", {"a/b/test.txt": 14}, None),
    ("py7zr__zerosize.7z", {"one/zero": 0, "one/one": 2}, None),
    ("rarfile__rar3-comment-hpsw.rar", {}, "encrypted"),
    ("rarfile__rar3-subdirs.rar",
     {"sub/dir2/file2.txt": 6, "sub/with space/long fn.txt": 8, "sub/üȵĩöḋè/file.txt": 5,
      "sub/dir1/file1.txt": 6}, None),
    ("rarfile__rar3-vols.part1.rar", {}, "part_missing"),
    ("rarfile__rar3-vols.part3.rar", {}, "part_missing"),
    ("rarfile__rar5-hlink.rar", dict.fromkeys(("stest1.txt", "stest2.txt", "stest3.txt"), 2048),
     None),
    ("rarfile__rar5-hpsw.rar", {}, "encrypted"),
    ("rarfile__rar5-psw.rar", {}, "encrypted"),
    ("rarfile__unicode.rar", {"уииоотивл.txt": 2, "𝐀𝐁𝐁𝐂.txt": 2}, None),
    ("sharpcompress__64bitstream.zip.7z", {"64bitstream.zip": "limit_size"}, None),
    ("sharpcompress__Large.7z", {"large.bin": "limit_ratio"}, None),
    ("sharpcompress__Large.rar", {"large.bin": "limit_ratio"}, None),
    ("sharpcompress__Rar.malformed_512byte.rar", {"dist/files/bin/res/common.pak": "corrupt"},
     "corrupt"),
    ("tika__testZipEncrypted.zip", {"unencrypted.txt": 13, "encrypted.txt": "encrypted"}, None),
    ("yauzl__absolute path C xt.zip", {"xt": 5, "b.txt": 5}, None),
    ("yauzl__multi-disk zip files are not supported found disk number 1.zip", {}, "part_missing"),
    ("zipslipvulnera__zip-slip.tar", {"good.txt": 19, "../" * 40 + "tmp/evil.txt": "unsafe_path"},
     None),
]


@pytest.mark.parametrize(("name", "members", "reason"), REAL, ids=[row[0] for row in REAL])
def test_real_archives(real_files: Path, name: str, members: dict[str, int | str | None],
                       reason: str | None) -> None:
    if name.endswith(".rar") and not outside.shutil.which("unar"):
        pytest.skip("unar is not installed")
    assert sizes(real_files / "hostile" / "archive" / name) == (members, reason)


def test_records_of_pax_cost_no_more_than_their_length() -> None:
    after = tarred(("a", NOTE))
    for records in (b"9" * 2_000_000, b"9" * 500_000, b"5 aaa" * 100_000 + b"=\n",
                    b"1 a=b\n" * 90, b"500010 mtime=" + b"1" * 499_996 + b"\n"):
        header = entry("x", tarfile.XHDTYPE)
        header.size = len(records)
        padded = records + bytes(-len(records) % 512)
        started = time.monotonic()
        assert held(header.tobuf() + padded + after) == ({}, "corrupt")
        assert held(after[:1024] + header.tobuf() + padded + after) == ({"a": NOTE}, "corrupt")
        assert time.monotonic() - started < 2


def resized(size: bytes) -> bytes:
    """A file in a tape archive whose size is given anew by records of pax."""
    record = b" size=" + size + b"\n"
    record = str(len(record) + 2).encode() + record
    header = entry("x", tarfile.XHDTYPE)
    header.size = len(record)
    return header.tobuf() + record.ljust(512, b"\0") + tarred(("c", NOTE))


def test_a_negative_size_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    before = tarred(("a", NOTE), ("b", NOTE))[:2048]
    for size in (b"-99", b"-2000"):
        found, reason = held(before + resized(size))
        assert (found, reason) == ({"a": NOTE, "b": NOTE, "c": "corrupt"}, "corrupt")
    # nor does it make room for others
    monkeypatch.setattr(member, "MOST_BYTES", len(NOTE) + 5)
    assert held(before + resized(b"-99")) == ({}, "limit_size")


def test_every_real_archive_ends_in_members_or_a_reason(real_files: Path) -> None:
    for path in sorted((real_files / "hostile" / "archive").iterdir()):
        data = path.read_bytes()
        if kinds.sniff(data, path.name) in kinds.HOLDERS:
            found, reason = held(data, path.name)
            assert found or reason, path.name
        else:
            assert not data


def test_a_later_part_is_told_by_its_name() -> None:
    for name in ("材料.7z.002", "材料.zip.003", "材料.z02", "材料.r00"):
        with pytest.raises(Unreadable) as refusal:
            list(kinds.read(bytes(range(256)) * 9, name))
        assert refusal.value.reason == "part_missing"


def test_the_names_of_a_real_archive_are_chinese(real_files: Path) -> None:
    (path,) = (real_files / "real_zh" / "archive").glob("*.zip")
    found, reason = sizes(path)
    assert "首页 1/index.html" in found and reason is None
