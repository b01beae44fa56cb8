"""`zuozheng review`: the pages in which people confirm, or not, what was proposed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.frame import App
from pipeline.errors import InputError, OutputError
from pipeline.language import chosen, say

if TYPE_CHECKING:
    from pipeline.review.office import Office
    from pipeline.review.serve import Where


def add_to(app: App) -> None:
    """Add the command."""

    def review(
        outs: Annotated[list[Path], typer.Argument(metavar="OUT...", readable=False,
                                                   help=say("help.review_out"))],
        database: Annotated[str | None, typer.Option(metavar="URL",
                                                     help=say("help.database"))] = None,
        host: Annotated[str, typer.Option(help=say("help.review_host"))] = "127.0.0.1",
        port: Annotated[int, typer.Option(help=say("help.review_port"))] = 0,
        tls_cert: Annotated[Path | None, typer.Option("--tls-cert", metavar="FILE",
                                                      help=say("help.tls_cert"))] = None,
        tls_key: Annotated[Path | None, typer.Option("--tls-key", metavar="FILE",
                                                     help=say("help.tls_key"))] = None,
        last: Annotated[Path | None, typer.Option(metavar="OUT", readable=False,
                                                  help=say("help.review_last"))] = None,
    ) -> int:
        from contextlib import nullcontext
        from dataclasses import replace

        from pipeline.cli.originals import Originals
        from pipeline.review.lastport import held, keep_port, last_port
        from pipeline.review.serve import Where, folders, log_to_stderr, serve, shared_office
        from pipeline.store.decisions import Unavailable

        where = Where(host, port, tls_cert, tls_key).checked()
        # Programs that draw pages stand in folders of their own: no path may be a relative one.
        outs = [out.absolute() for out in outs]
        last = last.absolute() if last else None
        with Originals() as originals, (
                held(outs[0]) if database is None and (outs[0] / "ledger.sqlite").is_file()
                else nullcontext()) as mine:
            try:
                if database is None:
                    office = _local(outs, where, originals, last)
                else:
                    office = shared_office(database, outs, originals.show, originals.original,
                                           chosen(), where.secure, _aside, last)
            except Unavailable as error:
                raise error.told(database or str(outs[0])) from None
            originals.wake(folders(office))
            log_to_stderr()

            def ready(address: str) -> None:
                if mine is not None:
                    keep_port(mine, office.port)
                _ready(office, address)

            again = last_port(outs[0]) if database is None and not port else 0
            if again and mine is None:
                # Its port stays that of the room that stands there.
                _aside(say("review.running", port=again))
                again = 0
            try:
                serve(office, replace(where, port=again or port), ready)
            except OutputError as error:
                if not again or error.key != "port_taken":
                    raise
                # Somebody else stands there now: any other one will do.
                serve(office, where, ready)
        return 0

    app.command("review", review)


def _local(outs: list[Path], where: Where, originals: object, last: Path | None) -> Office:
    from pipeline.review.office import is_loopback
    from pipeline.review.serve import local_office

    if len(outs) != 1:
        raise InputError("review_many")
    if not is_loopback(where.host):
        raise InputError("review_alone", host=where.host)
    show, original = originals.show, originals.original  # type: ignore[attr-defined]
    office = local_office(outs[0], show, original, chosen(), lambda token: None, last, _aside)
    assert office.link is not None
    office.link.told_by(lambda token: _link(office, token))
    return office


def _ready(office: Office, address: str) -> None:
    if office.link is not None:
        office.link.make(office.now())
    else:
        print(say("review.at", address=f"{address}/"), flush=True)
    print(say("review.stop"), file=sys.stderr, flush=True)


def _link(office: Office, token: str) -> None:
    print(say("review.link", link=f"{office.address}/enter?once={token}"), flush=True)


def _aside(words: str) -> None:
    print(words, file=sys.stderr)
