"""`zuozheng purge`: a unit's texts go; that it was reviewed, and how, can still be verified."""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.frame import App
from pipeline.errors import InputError, OutputError
from pipeline.language import say

if TYPE_CHECKING:
    from pipeline.store.decisions import Checked, Engine

NOTE = "purged.txt"
TEXTS = ("ledger.sqlite", "extracted.sqlite", "coverage.json", "report.html", "coverage.xlsx",
         "part.npz")
FOLDERS = ("pages", "work")
STAYS = {NOTE, "consent.json", "review.id", "review.key", "review.port", "review.sqlite",
         "review.sqlite-wal", "review.sqlite-shm", "run.log"}
"""These hold no text of papers."""


def add_to(app: App) -> None:
    """Add the command."""

    def purge(
        out: Annotated[Path, typer.Argument(metavar="OUT", readable=False,
                                            help=say("help.run"))],
        unit: Annotated[list[str], typer.Option(metavar="NAME", help=say("help.purge_unit"))],
        database: Annotated[str | None, typer.Option(metavar="URL",
                                                     help=say("help.database"))] = None,
        answers: Annotated[bool, typer.Option("--answers", help=say("help.answers"))] = False,
        yes: Annotated[bool, typer.Option("--yes", help=say("help.yes"))] = False,
    ) -> int:
        from pipeline.report.printable import safe
        from pipeline.store.decisions.failures import Unavailable
        from pipeline.store.outputs import alone, appended

        if not out.is_dir():
            raise InputError("run_unscreened", run=out)
        engine = _engine(out, database)
        try:
            name = " ".join(unit)
            names = _names(out, engine)
            if name not in names:
                raise InputError("purge_other", unit=name, run=out, known="、".join(sorted(names)))
            if not yes:
                _confirmed(name, out, answers)
            # Not while a screening writes what is to go.
            with appended(out / "run.log") as log, alone(log, out):
                gone, checked = _contents(engine, out, answers) if engine else (0, None)
                removed = _removed(out)
                _note(out, gone, checked, removed)
        except Unavailable as error:
            raise error.told(str(out)) from None
        finally:
            if engine is not None:
                engine.dispose()
        print(say("purge.done", run=out, entries=gone, files=len(removed), note=out / NOTE),
              file=sys.stderr)
        left = sorted(place.name for place in out.iterdir() if place.name not in STAYS)
        if left:
            # Somebody's own, or exports: not ours to delete, but their owner should know.
            print(say("purge.left", run=out, files=safe(", ".join(left))), file=sys.stderr)
        return 0

    app.command("purge", purge)


def _engine(out: Path, database: str | None) -> Engine | None:
    """The database of the review; None where none was begun."""
    from pipeline.cli.verify import opened
    from pipeline.store.decisions.base import FILE

    if database is None and not (out / FILE).exists():
        return None
    return opened(out, database, to_write=True)


def _names(out: Path, engine: Engine | None) -> set[str]:
    """By which names the unit may be called: its id, its label, the names it was screened under;
    the folder's where it has none of them. Raises InputError."""
    from pipeline.store.decisions import ID_FILE, base, id_of
    from pipeline.store.decisions import unit as unit_of

    found: set[str] = set()
    if engine is not None:
        id_ = id_of(out)
        with base.reading(engine) as conn:
            known = unit_of(conn, id_) if id_ else None
        if known is None:
            # With nothing to go by, another unit's contents could be meant.
            raise InputError("review_missing", run=out, what=ID_FILE)
        found = {known.id, known.label}
    return (found | _screened(out)) - {""} or {out.resolve().name}


def _screened(out: Path) -> set[str]:
    from pipeline.store.ledger import Ledger, checked

    with suppress(InputError), Ledger(checked(out)) as ledger:
        return {str(name) for name in ledger.header().get("unit", ())}
    return set()


def _confirmed(name: str, out: Path, answers: bool) -> None:
    """The unit's name, typed at a terminal. Raises InputError `purge_unconfirmed`."""
    if not sys.stdin.isatty():
        raise InputError("purge_unconfirmed", run=out, unit=name)
    print(say("purge.ask", run=out, unit=name), file=sys.stderr)
    if answers:
        print(say("purge.ask_answers"), file=sys.stderr)
    try:
        typed = input("> ")
    except EOFError:
        typed = ""
    if typed.strip() != name:
        raise InputError("purge_unconfirmed", run=out, unit=name)


def _contents(engine: Engine, out: Path, answers: bool) -> tuple[int, Checked]:
    from pipeline.store.decisions import base, id_of, purge, sweep, verify

    unit = id_of(out)
    assert unit is not None
    with base.writing(engine) as conn:
        gone = purge(conn, unit, "", answers=answers)
    sweep(engine)
    with base.reading(engine) as conn:
        return gone, verify(conn, unit)


def _removed(out: Path) -> list[str]:
    """Remove what holds texts of papers; nothing that a link leads to. Raises OutputError."""
    removed = []
    try:
        for name in TEXTS:
            for place in sorted({out / name, *out.glob(f"{name}-*"), *out.glob(f".{name}.*")}):
                if place.is_symlink() or place.is_file():
                    place.unlink()
                    removed.append(place.name)
        for name in FOLDERS:
            place = out / name
            if place.is_symlink():
                place.unlink()
            elif place.is_dir():
                shutil.rmtree(place)
            else:
                continue
            removed.append(name)
    except OSError as error:
        raise OutputError("output_unusable", out=out, why=error.strerror or error) from None
    return removed


def _note(out: Path, gone: int, checked: Any, removed: list[str]) -> None:
    from datetime import datetime

    from pipeline.store.outputs import placed

    at = datetime.now().astimezone().isoformat(timespec="seconds")
    lines = [say("purge.note", at=at, entries=gone, files=", ".join(removed) or "–")]
    if checked is not None:
        lines.append(say("purge.note_chain", count=checked.count, head=checked.head, run=out))
    with placed(out / NOTE) as draft:
        draft.write_text("\n".join(lines) + "\n", "utf-8")
