"""`python -m pipeline.season.copies SEASON`: a process of its own, so that its memory goes with it.

    [--scheduler URL --tls-ca FILE --tls-cert FILE --tls-key FILE]

With a scheduler its workers look for the candidates. An error with a name is one JSON line on
standard output, {"key", "args"}, and exit code 1; notes of the cluster go to standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path

import orjson

from pipeline.errors import ZuozhengError


def main() -> int:
    # One thread: engines have their own processes, and two libraries that both take all cores
    # take longer than one.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    words = argparse.ArgumentParser(prog="pipeline.season.copies")
    words.add_argument("season", type=Path)
    words.add_argument("--scheduler")
    for name in ("ca", "cert", "key"):
        words.add_argument(f"--tls-{name}", type=Path)
    asked = words.parse_args()
    try:
        _found(asked)
    except ZuozhengError as error:
        told = {"key": error.key, "args": {
            name: str(value).encode("utf-8", "replace").decode()
            for name, value in error.args_.items()}}
        sys.stdout.write(orjson.dumps(told).decode() + "\n")
        return 1
    return 0


def _found(asked: argparse.Namespace) -> None:
    from pipeline.season.copies import copies

    if asked.scheduler is None:
        copies(asked.season)
        return
    from pipeline.season.engine import cluster, shuffled

    given = cluster.given(asked.tls_ca, asked.tls_cert, asked.tls_key)
    with cluster.reached(asked.scheduler, given, None, sys.stderr.buffer) as over:
        copies(asked.season, partial(shuffled.candidates, over))


if __name__ == "__main__":
    sys.exit(main())
