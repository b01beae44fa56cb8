"""`zuozheng selftest`: proof, on this very machine, that no file can take the others with it."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.frame import App
from pipeline.errors import EXIT_ALL_READ, EXIT_BROKEN, WorkerError
from pipeline.language import has, say

if TYPE_CHECKING:
    from pipeline.screen.trial import Check

_SIGNS = {True: "✓", False: "✗", None: "–"}


def add_to(app: App) -> None:
    """Add the command."""

    def selftest(
        as_json: Annotated[bool, typer.Option("--json", help=say("help.selftest_json"))] = False,
        out: Annotated[Path | None, typer.Option("--out", "-o",
                                                 help=say("help.selftest_out"))] = None,
    ) -> int:
        from pipeline.cli import surroundings
        from pipeline.ingest.confined import confine
        from pipeline.screen.trial import trial

        layers = confine.layers()
        checks: list[Check] = []
        if not as_json:
            print(say("selftest.title"))
        with _place(out) as place:
            try:
                for check in trial(place, layers):
                    checks.append(check)
                    if not as_json:
                        print(f"  {_SIGNS[check.passed]} {say(f'selftest.{check.name}')}"
                              f"  {_in_words(check)}", flush=True)
            except WorkerError:
                # The log goes with the folder: what it says is shown here.
                sys.stderr.write((place / "log").read_text("utf-8", "replace"))
                raise
        failed = sum(check.passed is False for check in checks)
        if as_json:
            json.dump(_plain(checks, layers), sys.stdout, ensure_ascii=False, indent=2)
            print()
        else:
            print(*surroundings.in_words(layers), sep="\n")
            print(say("selftest.failed", count=failed) if failed else say("selftest.passed"))
        return EXIT_BROKEN if failed else EXIT_ALL_READ

    app.command("selftest", selftest)


@contextmanager
def _place(out: Path | None) -> Iterator[Path]:
    """An empty folder for the trial: below OUT, to be looked at later, or one that goes again."""
    from pipeline.store.outputs import prepare

    if out is None:
        with tempfile.TemporaryDirectory(prefix="zuozheng-") as name:
            yield Path(name).resolve()
    else:
        yield Path(tempfile.mkdtemp(prefix="selftest-", dir=prepare(out))).resolve()


def _in_words(check: Check) -> str:
    if check.passed is None:
        return say("selftest.not_tried")
    if check.passed:
        return _said(check.found)
    return say("selftest.other", expected=_said(check.expected), found=_said(check.found))


def _said(word: str) -> str:
    """A reason, or what came of a fault, in words; a number or a name as it is."""
    for key in (f"reason.{word}", f"selftest.found_{word}"):
        if has(key):
            return say(key)
    return word


def _plain(checks: list[Check], layers: dict[str, bool]) -> dict[str, Any]:
    from pipeline.cli import surroundings

    return {
        "passed": all(check.passed is not False for check in checks),
        "checks": [{"name": check.name, "passed": check.passed, "expected": check.expected,
                    "found": check.found or None} for check in checks],
        "layers": layers,
        "recogniser": surroundings.recogniser(),
        "programs": surroundings.programs(),
    }
