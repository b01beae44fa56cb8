"""`zuozheng record`: what people decided of a unit, written down to leave the house."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.frame import App
from pipeline.cli.verify import asked, opened
from pipeline.language import say


def add_to(app: App) -> None:
    """Add the command."""

    def record(
        out: Annotated[Path, typer.Argument(metavar="OUT", readable=False,
                                            help=say("help.record_out"))],
        to: Annotated[Path, typer.Option("--to", metavar="FOLDER", readable=False,
                                         help=say("help.record_to"))],
        database: Annotated[str | None, typer.Option(
            "--database", metavar="URL", help=say("help.database"))] = None,
        unit: Annotated[str | None, typer.Option("--unit", metavar="ID",
                                                 help=say("help.record_unit"))] = None,
    ) -> int:
        from pipeline.cli.decided import FILE, learnable
        from pipeline.report.record import KINDS, write
        from pipeline.review.record import record as recorded
        from pipeline.store.decisions import Unavailable, id_of, reading, where
        from pipeline.store.ledger import checked
        from pipeline.store.outputs import placed, prepare

        if id_of(out) is None and unit is None:
            # Nothing was ever reviewed here; but of a unit that was purged, no ledger is left.
            checked(out)
        engine = opened(out, database, to_write=False)
        try:
            with reading(engine) as conn:
                (id,) = asked(conn, out, unit)
                told = recorded(conn, out, id)
                decided = list(learnable(conn, out, id)) if told["purged"] is None else None
        except Unavailable as error:
            raise error.told(where(engine)) from None
        finally:
            engine.dispose()
        prepare(to)
        for kind in KINDS:
            write(to / f"record.{kind}", kind, told)
        written = [f"record.{kind}" for kind in KINDS]
        if decided is None:
            print(say("record.purged_here"), file=sys.stderr)
        else:
            # Every export says of which chain it is.
            head = {"head": told["chain"]["head"]} if told["chain"] else {}
            with placed(to / FILE) as draft:
                draft.write_text("".join(json.dumps({**one, **head}, ensure_ascii=False) + "\n"
                                         for one in decided), "utf-8")
            written.append(FILE)
        if told["withheld"]:
            print(say("record.withheld_here"), file=sys.stderr)
        files = say("report.comma").join(written)
        print(say("record.written", to=to, files=files), file=sys.stderr)
        return 0

    app.command("record", record)
