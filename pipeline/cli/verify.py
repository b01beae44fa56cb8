"""`zuozheng verify`: whether every decision stands as it was written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.frame import App
from pipeline.errors import EXIT_CHAIN, InputError
from pipeline.language import say

if TYPE_CHECKING:
    from pipeline.store.decisions import Checked, Connection, Engine


def add_to(app: App) -> None:
    """Add the command."""

    def verify(
        out: Annotated[Path | None, typer.Argument(metavar="OUT", readable=False,
                                                   help=say("help.run"))] = None,
        database: Annotated[str | None, typer.Option(metavar="URL",
                                                     help=say("help.database"))] = None,
        unit: Annotated[str | None, typer.Option(metavar="ID", help=say("help.unit_id"))] = None,
        head: Annotated[str | None, typer.Option(metavar="HASH", help=say("help.head"))] = None,
    ) -> int:
        from pipeline.store.decisions import base
        from pipeline.store.decisions.failures import Unavailable

        engine = opened(out, database, to_write=False)
        try:
            with base.reading(engine) as conn:
                whole = _listed(conn) if out is None and unit is None else True
                return _verified(conn, asked(conn, out, unit), head, whole)
        except Unavailable as error:
            raise error.told(base.where(engine)) from None
        finally:
            engine.dispose()

    app.command("verify", verify)


def opened(out: Path | None, database: str | None, *, to_write: bool) -> Engine:
    """The database of an OUT, or the given one. Raises InputError `review_missing`,
    `review_where`; OutputError."""
    from pipeline.store.decisions import base

    if database is not None:
        return base.opened(database, to_write)
    if out is None:
        raise InputError("review_where")
    if not (out / base.FILE).is_file():
        raise InputError("review_missing", run=out, what=base.FILE)
    return base.opened(out / base.FILE, to_write)


def asked(conn: Connection, out: Path | None, unit: str | None) -> dict[str, str]:
    """The units that are meant, id to label; without a unit or OUT: all, and the office's own
    chain. Raises InputError `review_missing`, `unit_unknown`."""
    from pipeline.report.printable import safe
    from pipeline.store.decisions import ID_FILE, id_of, units

    if unit is None and out is not None:
        unit = id_of(out)
        if unit is None:
            raise InputError("review_missing", run=out, what=ID_FILE)
    known = {one.id: safe(one.label) for one in units(conn)}
    if unit is None:
        return known | {"": say("verify.office")}
    if unit not in known:
        raise InputError("unit_unknown", unit=unit, known=", ".join(known) or "–")
    return {unit: known[unit]}


def _listed(conn: Connection) -> bool:
    """Whether every chain of the database belongs to a unit of its list; says which do not."""
    from pipeline.store.decisions import unlisted

    lost = unlisted(conn)
    for one in lost:
        print(say("verify.unlisted", id=one), file=sys.stderr)
    return not lost


def _verified(conn: Connection, units: dict[str, str], head: str | None, whole: bool) -> int:
    from pipeline.store.decisions import chain

    broken, met = not whole, False
    for unit, label in units.items():
        checked = chain.verify(conn, unit)
        print(say("verify.chain", unit=label, id=unit or "-", count=checked.count,
                  head=checked.head))
        if checked.bad is not None:
            broken = True
            print(_told(checked, label), file=sys.stderr)
        if head is not None:
            seq = chain.place_of(conn, unit, head)
            met = met or (seq is not None and seq <= checked.count)
    if head is not None:
        print(say("verify.head_met" if met else "verify.head_unmet", head=head),
              file=sys.stdout if met else sys.stderr)
    if broken or (head is not None and not met):
        return EXIT_CHAIN
    print(say("verify.whole"), file=sys.stderr)
    return 0


def _told(checked: Checked, label: str) -> str:
    bad = checked.bad
    assert bad is not None
    return say("verify.bad", unit=label, seq=bad.seq, why=say(f"verify.why.{bad.why}"))
