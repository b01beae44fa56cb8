"""What a whole run touches, as the system saw it: nothing written outside OUT, nobody called."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARCHIVE = ROOT / "sample_archives" / "tanjiang" / "檀江市城市管理局"
CALLS = ("open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
         "unlink,unlinkat,truncate,connect,sendto,bind")
CALL = re.compile(r'^\d+ +(\w+)\((.*?)(?:\) = |<unfinished)(-1 E\w+)?')
HARMLESS = re.compile(r'"(?:/dev/null|/proc/self/oom_score_adj)"')


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_a_run_writes_below_out_alone_and_calls_nobody(tmp_path: Path) -> None:
    out, told = tmp_path / "out", tmp_path / "told"
    done = subprocess.run(
        ["strace", "-f", "-y", "-qq", "-o", str(told), "-e", f"trace={CALLS}", sys.executable,
         "-c", "from pipeline.cli import main; main()", "screen", str(ARCHIVE), "--rubric",
         "yuxi-2024", "--out", str(out)],
        cwd=ROOT, check=False, capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"})
    if b"ptrace" in done.stderr and not (out / "coverage.json").exists():
        pytest.skip("strace may not trace here")
    assert done.returncode == 10
    written, called = [], []
    for line in told.read_text("utf-8", "replace").splitlines():
        call = CALL.match(line)
        if call is None or call[3] or HARMLESS.search(call[2]):
            continue
        if call[1] in ("connect", "sendto", "bind"):
            called.append(line)
        elif call[1] not in ("open", "openat") or re.search(r"O_WRONLY|O_RDWR|O_CREAT", call[2]):
            written.append(line)
    assert len(written) > 20  # the outputs themselves are seen
    # a path within a folder that stands open is told with that folder's
    assert [line for line in written if str(out) not in line] == []
    assert called == []
