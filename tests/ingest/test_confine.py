"""What a worker has given up before it reads anything: each layer is tried, and is seen to hold."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.ingest.confined import confine, landlock
from pipeline.ingest.confined.scratch import remove

ROOT = Path(__file__).parents[2]
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}
LINUX = sys.platform == "linux"
LANDLOCK = landlock.version(ctypes.CDLL(None)) if LINUX else 0
FILTER = LINUX and platform.machine() in ("x86_64", "aarch64")
HAS = {
    "memory": LINUX, "processor": os.name == "posix", "file_size": os.name == "posix",
    "privileges": LINUX, "reading": LANDLOCK > 0, "writing": LANDLOCK > 0, "network": FILTER,
    "alone": LINUX,
}  # fmt: skip
"""What this system can give, as the system says, not as we do."""


def needs(layer: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not HAS[layer], reason=f"this system has no layer {layer!r}")


def confined(code: str, place: Path, prelude: str = "") -> str:
    """What Python prints under confinement: `place`/given is read, `place`/scratch written, and
    `place`/outside is neither; OSErrors are printed by name."""
    for name in ("given", "scratch", "outside"):
        (place / name).mkdir(exist_ok=True)
        (place / name / "file").write_text(name)
    script = f"""
import os, signal, subprocess, sys
from pathlib import Path
from pipeline.ingest.confined import confine, landlock, offline
place = Path(sys.argv[1])
given, scratch, outside = (place / name for name in ("given", "scratch", "outside"))
{prelude}
confine.apply([given], scratch)
def run():
    {code}
try:
    print(run())
except OSError as error:
    print(type(error).__name__)
"""
    done = subprocess.run([sys.executable, "-c", script, str(place)], capture_output=True,
                          text=True, env=ENV, timeout=60, check=False)
    return done.stdout.strip() or f"{done.returncode} {done.stderr[-300:]}"


READING = [
    ("return (given / 'file').read_text()", "given"),
    ("return (scratch / 'file').read_text()", "scratch"),
    ("return (outside / 'file').read_text()", "PermissionError"),
    ("return os.listdir(place)", "PermissionError"),
    ("return len(os.listdir(given))", "1"),
    # a link leads nowhere else
    ("(scratch / 'l').symlink_to(outside / 'file'); return (scratch / 'l').read_text()",
     "PermissionError"),
    # and what a child is told to do is refused like what we do
    ("return subprocess.run(['cat', outside / 'file'], stderr=-3).returncode", "1"),
    ("return subprocess.run(['cat', given / 'file'], stdout=-3).returncode", "0"),
    # what Python has not read yet is still there
    ("import xml.sax, sqlite3, lxml.etree; return 'imported'", "imported"),
]
WRITING = [
    ("return (scratch / 'new').write_text('ok')", "2"),
    ("Path('/dev/null').write_text('ok'); return 'ok'", "ok"),
    ("(scratch / 'a' / 'b').mkdir(parents=True); (scratch / 'file').rename(scratch / 'a/b/f'); "
     "return 'moved'", "moved"),
    ("return (outside / 'new').write_text('no')", "PermissionError"),
    ("return (outside / 'file').write_text('no')", "PermissionError"),
    ("return (given / 'file').write_text('no')", "PermissionError"),
    ("return (outside / 'file').unlink()", "PermissionError"),
    ("return os.truncate(outside / 'file', 0)", "PermissionError"),
    ("return (scratch / 'file').rename(outside / 'moved')", "PermissionError"),
    ("return os.link(given / 'file', scratch / 'hard')", "PermissionError"),
    ("return os.mkdir(outside / 'folder')", "PermissionError"),
    ("return os.symlink('x', outside / 'link')", "PermissionError"),
    ("return os.mkfifo(outside / 'pipe')", "PermissionError"),
    ("return subprocess.run(['sh', '-c', f'echo no > {outside}/new'], stderr=-3).returncode", "2"),
    # what was written is not run
    ("(scratch / 'p').write_text('#!/bin/sh'); (scratch / 'p').chmod(0o700); "
     "return subprocess.run([scratch / 'p']).returncode", "PermissionError"),
]


@needs("reading")
@pytest.mark.parametrize(("code", "says"), READING)
def test_only_what_was_given_is_read(code: str, says: str, tmp_path: Path) -> None:
    assert confined(code, tmp_path) == says


@needs("writing")
@pytest.mark.parametrize(("code", "says"), WRITING)
def test_only_the_scratch_is_written(code: str, says: str, tmp_path: Path) -> None:
    # A link across folders has its own name for being refused.
    got = confined(code, tmp_path)
    assert ("PermissionError" if got == "OSError" and says == "PermissionError" else got) == says
    assert (tmp_path / "outside" / "file").read_text() == "outside"
    assert (tmp_path / "given" / "file").read_text() == "given"
    assert [path.name for path in (tmp_path / "outside").iterdir()] == ["file"]


CONNECT = """import socket
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=2)
    except ConnectionRefusedError:
        return "reached"
"""
SEND = """import socket
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", 9))
    return "sent"
"""
LOCAL = """import socket
    socket.socket(socket.AF_UNIX).connect(str(place / "listening"))
    return "connected"
"""
ALONE = {
    "namespace": "offline.refuse_sockets = landlock.confine = lambda *given: False",
    "filter": "offline.leave_network = landlock.confine = lambda *given: False",
    "all": "",
}


@needs("network")
@pytest.mark.parametrize("layer", ALONE)
@pytest.mark.parametrize("code", [CONNECT, SEND], ids=["stream", "datagram"])
def test_there_is_no_network(layer: str, code: str, tmp_path: Path) -> None:
    if layer == "namespace" and confined("return offline.leave_network(libc)", tmp_path, LIBC) \
            != "True":
        pytest.skip("no network namespace is permitted here")
    assert confined(code, tmp_path, ALONE[layer]) in ("PermissionError", "OSError")


def test_the_network_would_be_there(tmp_path: Path) -> None:
    """What the tests above see refused is otherwise done: nothing stands between but the layers."""
    everything = "confine.apply = lambda *given: None"
    assert confined(SEND, tmp_path, everything) == "sent"
    assert confined(CONNECT, tmp_path, everything) == "reached"


LIBC = "import ctypes; libc = ctypes.CDLL(None); confine.apply = lambda *given: None"


@needs("network")
def test_no_local_service_is_reached(tmp_path: Path) -> None:
    import socket  # noqa: TID251  # to see it refused

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "listening"))
        listening.listen()
        assert confined(LOCAL, tmp_path, "confine.apply = lambda *given: None") == "connected"
        assert confined(LOCAL, tmp_path) == "PermissionError"


@needs("memory")
def test_memory_is_bounded(tmp_path: Path) -> None:
    code = """try:
        bytearray(confine.MEMORY)
    except MemoryError:
        return "refused"
    """
    assert confined(code, tmp_path) == "refused"


@needs("file_size")
def test_files_are_bounded_and_few(tmp_path: Path) -> None:
    code = "return os.truncate(scratch / 'file', confine.FILE_BYTES + 1)"
    assert confined(code, tmp_path) == "OSError"
    assert confined("return [open(os.devnull) for _ in range(600)]", tmp_path) == "OSError"
    code = "import resource; return resource.getrlimit(resource.RLIMIT_CORE)"
    assert confined(code, tmp_path) == "(0, 0)"


@needs("processor")
def test_processor_time_is_bounded(tmp_path: Path) -> None:
    code = """confine.allow_processor(0.1)
    while True: pass
    """
    assert confined(code, tmp_path).startswith("-24 ")


@needs("privileges")
def test_rights_are_laid_down(tmp_path: Path) -> None:
    code = """status = Path("/proc/self/status").read_text()
    return [line.split()[1] for line in status.splitlines() if line[:6] in ("NoNewP", "CapEff")]
    """
    kept = "0000000000000004" if os.geteuid() == 0 else "0000000000000000"
    assert confined(code, tmp_path) == str([kept, "1"])


@pytest.mark.skipif(LANDLOCK < 6, reason="this kernel's Landlock knows no signals")
def test_no_signal_reaches_a_process_outside(tmp_path: Path) -> None:
    assert confined("return os.kill(os.getppid(), 0)", tmp_path) == "PermissionError"


@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc")
def test_a_worker_has_one_thread_when_it_gives_up(tmp_path: Path) -> None:
    """Landlock and namespaces hold for one thread: no library may have started another by then."""
    from pipeline.ingest.confined.hand import _ENVIRONMENT

    code = "import os, pipeline.screen.paper; print(len(os.listdir('/proc/self/task')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env=ENV | _ENVIRONMENT)
    assert done.stdout.strip() == "1"


OFFICE = """from pipeline.ingest.word import office
    home = scratch / "a folder of a unit with a name so long" / "that a pipe below it has none"
    home.mkdir(parents=True)
    (home / "paper.rtf").write_text(r"{\\rtf1\\ansi A meeting was held.}")
    command = [office.available(), f"-env:UserInstallation={(home / 'profile').as_uri()}",
               "-env:OSL_SOCKET_PATH=.", "--headless", "--convert-to", "pdf", "paper.rtf"]
    own = os.environ | {"HOME": str(home), "TMPDIR": str(home)}
    for _ in range(2):  # it asks to be started again after it has made its profile
        subprocess.run(command, cwd=home, env=own, stdout=-3, stderr=-3, timeout=60)
    return (home / "paper.pdf").read_bytes()[:5]
"""


@needs("writing")
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_works_within(tmp_path: Path) -> None:
    """Its pipe stands in its folder, by a short name: neither in /tmp nor too long for a socket."""
    assert confined(OFFICE, tmp_path) == "b'%PDF-'"


def test_every_layer_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tuple(HAS) == confine.LAYERS
    assert {layer: held for layer, held in confine.layers().items() if HAS[layer]} == {
        layer: True for layer in HAS if HAS[layer]}
    # a system where nothing can be tried has none
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert not any(confine.layers().values())


@contextmanager
def few_calls() -> Iterator[None]:
    most = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        yield
    finally:
        sys.setrecursionlimit(most)


def test_a_folder_is_removed_however_deep(tmp_path: Path) -> None:
    top = tmp_path / "scratch"
    (outside := tmp_path / "outside").mkdir()
    (outside / "file").touch()
    here = os.open(tmp_path, os.O_RDONLY)
    name = "scratch"
    for _ in range(400):
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here, name = inner, "目录"
    os.symlink(outside, "link", dir_fd=here)
    os.close(here)
    (top / "closed" / "inner").mkdir(parents=True)
    (top / "closed" / "inner" / "file").touch()
    (top / "closed" / "inner").chmod(0)
    (top / "closed").chmod(0)
    with pytest.raises(RecursionError), few_calls():
        shutil.rmtree(top)
    with few_calls():
        remove(top)
    assert not top.exists() and (outside / "file").exists()
