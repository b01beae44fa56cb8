"""The listing of a folder: everything, in one order, nothing followed or opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.ingest.archive import walk


def listed(folder: Path) -> dict[str, str | None]:
    return {entry.path: entry.reason for entry in walk(folder)}


def test_files_are_sorted_by_path_and_sized(tmp_path: Path) -> None:
    for name in ("b/二.txt", "b/一.txt", "a.txt", "b.txt", "B.txt"):
        place = tmp_path / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(name)
    entries = list(walk(tmp_path))
    paths = [entry.path for entry in entries]
    assert paths == ["B.txt", "a.txt", "b.txt", "b/一.txt", "b/二.txt"] == sorted(paths)
    assert all(entry.place.read_text() == entry.path for entry in entries)
    assert [entry.size for entry in entries] == [5, 5, 5, 9, 9]


def test_links_and_devices_are_listed_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "to file").symlink_to("a.txt")
    (tmp_path / "to nowhere").symlink_to("none")
    (tmp_path / "in a circle").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert listed(tmp_path) == {
        "a.txt": None,
        "in a circle": "link",
        "pipe": "unsafe_path",
        "to file": "link",
        "to nowhere": "link",
    }


@pytest.mark.parametrize(
    "name",
    [".DS_Store", "Thumbs.db", "thumbs.db", "desktop.ini", "~$通知.docx", "~WRL0001.tmp",
     "._通知.docx", "__MACOSX/通知.docx", ".~lock.台账.xlsx#"],
)  # fmt: skip
def test_litter_of_systems_is_named_as_such(tmp_path: Path, name: str) -> None:
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    place.write_text("x")
    assert listed(tmp_path) == {name: "system_file"}


def test_a_name_that_is_no_text_can_be_opened(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path)
    names = [name.encode("gb18030") for name in ("通知", "通志")]
    for name in (*names, ("\ufffd" * 4).encode()):
        Path(os.fsdecode(raw + b"/" + name)).write_bytes(name)
    entries = list(walk(tmp_path))
    assert len({entry.path for entry in entries}) == 3
    for entry in entries:
        entry.path.encode("utf-8")
        assert entry.place.read_bytes() == os.fsencode(entry.place.name)
    assert [e.path for e in walk(tmp_path)] == [e.path for e in entries]


# the bytes of a path on the disk, and how it is shown
SHOWN = [
    ("会议纪要.docx".encode("gb18030"), "会议纪要.docx"),
    ("2023年材料/纪要.txt".encode("gb18030"), "2023年材料/纪要.txt"),
    ("材料/".encode() + "纪要.txt".encode("gb18030"), "材料/纪要.txt"),
    (b"a\xff.txt", "a\ufffd.txt"),
    # a byte too few at the end
    ("纪要".encode("gb18030")[:-1], "\ufffd" * 3),
]


@pytest.mark.parametrize(("raw", "shown"), SHOWN)
def test_a_name_of_windows_is_shown_as_it_was_there(
    tmp_path: Path, raw: bytes, shown: str
) -> None:
    place = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw))
    place.parent.mkdir(exist_ok=True)
    place.write_text("x")
    assert listed(tmp_path) == {shown: None}


def test_names_that_are_shown_alike_stay_apart(tmp_path: Path) -> None:
    for raw in ("纪要".encode("gb18030"), "纪要".encode()):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw)).write_bytes(raw)
    assert [(e.path, e.place.read_bytes()) for e in walk(tmp_path)] == [
        ("纪要", "纪要".encode()), ("纪要~2", "纪要".encode("gb18030")),
    ]  # fmt: skip


@pytest.mark.skipif(os.geteuid() == 0, reason="root may list every folder")
def test_a_folder_that_cannot_be_listed_is_named(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0)
    assert listed(tmp_path) == {"shut": "permission"}


def test_a_folder_that_refuses_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shut").mkdir()
    (tmp_path / "a.txt").write_text("a")
    scandir = os.scandir

    def refusing(place: Path) -> object:
        if Path(place).name == "shut":
            raise PermissionError
        return scandir(place)

    monkeypatch.setattr(os, "scandir", refusing)
    assert listed(tmp_path) == {"a.txt": None, "shut": "permission"}


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(walk(tmp_path / "none"))
