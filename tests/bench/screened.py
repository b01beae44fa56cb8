"""Contender `screen`: `zuozheng screen`, as a user calls it.

    python -m tests.bench.screened FOLDER OUT WORKERS
"""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.cli import run
from tests.bench.measure import RUBRIC, leave


def main(folder: Path, out: Path, workers: int) -> None:
    """All files of the folder."""
    code = run(["screen", str(folder), "--rubric", RUBRIC, "--out", str(out / "report"),
                "--workers", str(workers)])
    if code:
        sys.exit(f"exit code {code}: not all papers were read; see {out / 'report' / 'run.log'}")
    leave(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
