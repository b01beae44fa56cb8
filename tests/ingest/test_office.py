"""LibreOffice is run alone, bounded and ended; what it must not do, it does not do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.errors import Unreadable
from pipeline.ingest import kinds
from pipeline.ingest.word import converted, docx, office, wps
from tests.ingest import made_doc as made
from tests.ingest.made_doc import P

needs = pytest.mark.skipif(office.available() is None, reason="LibreOffice is not installed")
RTF = rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 SimSun;}}\f0 \'cd\'a8\'d6\'aa\par}"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script in the place of LibreOffice."""
    place = tmp_path / "soffice.bin"
    monkeypatch.setattr(office, "available", lambda: str(place))
    return place


def script(place: Path, lines: str) -> None:
    place.write_text(f"#!/bin/sh\n{lines}\n")
    place.chmod(0o755)


def refused(data: bytes = RTF, ending: str = ".rtf") -> str:
    with pytest.raises(Unreadable) as refusal:
        office.convert(data, ending, "docx")
    return refusal.value.reason


def test_without_it_the_reason_is_that_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "available", lambda: None)
    assert refused() == "program_missing"
    assert office.version() == ""


posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


@posix
@pytest.mark.parametrize("lines", ["exit 0", "exit 1", "kill -9 $$", "exit 81"])
def test_an_end_without_a_paper_is_corrupt(program: Path, lines: str) -> None:
    script(program, lines)
    assert refused() == "corrupt"


@posix
def test_a_new_profile_may_ask_for_a_second_start(program: Path, tmp_path: Path) -> None:
    mark = tmp_path / "started"
    script(program, f"test -e {mark} && mkdir out && echo -n twice > out/in.docx && exit 0\n"
                    f"touch {mark}; exit 81")  # fmt: skip
    assert office.convert(RTF, ".rtf", "docx") == b"twice"


@posix
def test_what_hangs_is_ended_with_all_it_started(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "SECONDS", 0.5)
    script(program, f"sleep 60 & echo $! > {tmp_path}/child; wait")
    assert refused() == "timeout"
    child = int((tmp_path / "child").read_text())
    until = time.monotonic() + 5
    while time.monotonic() < until and _runs(child):
        time.sleep(0.05)
    assert not _runs(child)


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
        return "Z" not in Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


@posix
def test_what_writes_without_end_is_refused(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "MOST_BYTES", 100_000)
    script(program, "mkdir out; trap '' XFSZ; head -c 100000 /dev/zero > out/in.docx;"
                    " head -c 100000 /dev/zero >> out/in.docx; exit 0")  # fmt: skip
    # the system stops it at the limit, which the paper may just have
    assert len(office.convert(RTF, ".rtf", "docx")) == 100_000
    monkeypatch.setattr(office, "_bounds", lambda: None)
    assert refused() == "limit_size"


@posix
def test_it_sees_nothing_of_the_user(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    script(program, "mkdir out; (env; cat profile/user/registrymodifications.xcu; echo $@)"
                    " > out/in.docx")  # fmt: skip
    said = office.convert(RTF, ".rtf", "docx").decode()
    assert "SECRET" not in said
    home = re.search(r"^HOME=(.*)$", said, re.MULTILINE)
    assert home and not Path(home[1]).exists()
    for setting in ("MacroSecurityLevel", "DisableMacrosExecution", "BlockUntrustedRefererLinks"):
        assert setting in said
    assert "--infilter=Rich Text Format" in said


@needs
def test_a_paper_is_converted() -> None:
    paper = made.doc([P("关于成立领导小组的通知"), P("一、总则")])
    (page,) = docx.read(office.convert(paper, ".doc", "docx"))
    assert [block.text for block in page.blocks] == ["关于成立领导小组的通知", "一、总则"]
    row = rb"\trowd\cellx1000\cellx2000\pard\intbl a\cell b\cell\row"
    (page,) = docx.read(office.convert(RTF[:-1] + row + rb"\pard end\par}", ".rtf", "docx"))
    assert [block.cells or block.text for block in page.blocks] == ["通知", ("a", "b"), "end"]


@needs
def test_bytes_are_never_taken_for_another_format() -> None:
    html = b"<html><body><img src='http://127.0.0.1:9/'>text</body></html>"
    assert refused(html, ".doc") == "corrupt"


@needs
def test_its_settings_are_those_it_knows() -> None:
    share = Path(office.available() or "").parents[1] / "share" / "registry"
    known = "".join(path.read_text("utf-8") for path in share.glob("*.xcd"))
    if not known:
        pytest.skip("its registry stands elsewhere here")
    for _, name, _ in office._SETTINGS:
        assert f'oor:name="{name}"' in known, name
    for reader in (*office.READS.values(), *office.WRITES.values()):
        assert f'oor:name="{reader}"' in known, reader


@needs
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_links_in_a_paper_are_not_followed(tmp_path: Path) -> None:
    link = rb'{\field{\*\fldinst INCLUDEPICTURE "http://127.0.0.1:9/a.png" \\d}{\fldrslt }}'
    paper = tmp_path / "a.rtf"
    paper.write_bytes(RTF[:-1] + rb"{\*\template http://127.0.0.1:9/t.dot}" + link + rb"\par}")
    code = (
        "import pathlib, sys; from pipeline.ingest.word import office;"
        "office.convert(pathlib.Path(sys.argv[1]).read_bytes(), '.rtf', 'docx')"
    )
    trace = tmp_path / "trace"
    subprocess.run(
        ["strace", "-f", "-e", "trace=network", "-o", trace, sys.executable, "-c", code, paper],
        check=True,
    )
    said = trace.read_text()
    assert "AF_UNIX" in said
    assert "AF_INET" not in said


@needs
def test_works_papers(real_files: Path) -> None:
    data = (real_files / "hostile/office/tika__testWORKS2000.wps").read_bytes()
    assert kinds.sniff(data, "a.wps") == "wps"
    (page,) = wps.read(data)
    assert len(page.text) > 50


def test_works_papers_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "available", lambda: None)
    converted._as_docx.cache_clear()
    with pytest.raises(Unreadable) as refusal:
        list(wps.read(b"\xd0\xcf\x11\xe0"))
    assert refusal.value.reason == "program_missing"
