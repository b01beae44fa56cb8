"""Starting the server: what is served, to whom, where, and what is refused before it begins."""

from __future__ import annotations

import asyncio
import logging
import ssl
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from pipeline.errors import InputError, OutputError, ZuozhengError
from pipeline.language import say
from pipeline.report.printable import safe
from pipeline.report.record.purged import why_no_run
from pipeline.review import passwords
from pipeline.review.app import made
from pipeline.review.connections import HANDSHAKE, Visitors, room_for_files
from pipeline.review.keyfile import key_in
from pipeline.review.office import Last, Office, is_loopback
from pipeline.review.onetime import OneTime
from pipeline.review.originals import Original, Show
from pipeline.review.problem import RunProblem
from pipeline.review.run import Run, Runs
from pipeline.store.accounts import accounts
from pipeline.store.decisions import FILE, Connection, Engine, id_of, opened, reading, writing
from pipeline.store.decisions import unit as unit_of
from pipeline.store.decisions import where as where_is
from pipeline.store.decisions.units import Unit, register

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Where:
    """The address to serve at, and the certificate to do it with."""

    host: str = "127.0.0.1"
    port: int = 0
    cert: Path | None = None
    key: Path | None = None

    @property
    def secure(self) -> bool:
        """Whether it is served by TLS."""
        return self.cert is not None

    def checked(self) -> Where:
        """Refuse what would let passwords and papers be read on the way. Raises InputError
        tls_needed, tls_half, tls_unusable, host_wildcard, port_bad."""
        if not 0 <= self.port <= 65535:
            raise InputError("port_bad", port=self.port)
        if (self.cert is None) != (self.key is None):
            raise InputError("tls_half")
        if self.host in ("", "*") or _is_any(self.host):
            raise InputError("host_wildcard", host=self.host or "*")
        if not is_loopback(self.host) and not self.secure:
            raise InputError("tls_needed", host=self.host)
        if self.cert is not None and self.key is not None:
            _readable("--tls-cert", self.cert)
            _readable("--tls-key", self.key)
            try:
                ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                    self.cert, self.key, password="")
            except (OSError, ssl.SSLError, ValueError) as error:
                why = getattr(error, "strerror", None) or str(error)
                raise InputError("tls_unusable", cert=self.cert,
                                 why=why) from None
        return self


def _readable(option: str, file: Path) -> None:
    """Whether the file can be read at all: of two, the one at fault is named. Raises InputError."""
    try:
        file.open("rb").close()
    except OSError as error:
        raise InputError("tls_unreadable", option=option, file=file,
                         why=error.strerror or error) from None


def _is_any(host: str) -> bool:
    """Whether it is every address of this machine, however it is written (`0`, `::`)."""
    try:
        return ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return set(host) <= set("0.x")


def local_office(out: Path, show: Show, original: Original, language: str, told: Say,
                 last: Path | None = None, aside: Say = lambda words: None) -> Office:
    """The room of a single user: everything lies in OUT, and a one-time link is the way in.

    `told` is given each link's token, `aside` what is odd about the beginning. Raises InputError
    run_unscreened, run_purged, last_same, last_rubric, OutputError.
    """
    runs = Runs()
    if not (out / "ledger.sqlite").exists():
        raise _no_run(out)
    key = key_in(out)
    engine = opened(out / FILE)
    with writing(engine) as conn:
        unit = registered(conn, out, runs)
    return Office(engine=engine, key=key, places={unit.id: out}, show=show, original=original,
                  language=language, link=OneTime(told), runs=runs,
                  last={unit.id: _last(last, out, None, aside)} if last else {})


def _no_run(out: Path) -> InputError:
    id = id_of(out)
    if id is None or not (out / FILE).is_file():
        return InputError("run_unscreened", run=out)
    engine = opened(out / FILE, to_write=False)
    try:
        with reading(engine) as conn:
            return why_no_run(conn, out, id)
    finally:
        engine.dispose()


def shared_office(database: str, outs: Sequence[Path], show: Show, original: Original,
                  language: str, secure: bool, told: Say, last: Path | None = None) -> Office:
    """The room of an office: accounts, any number of units. A unit that cannot be served is told,
    the others are. Raises InputError, OutputError."""
    if not outs:
        raise InputError("review_no_units")
    if last is not None and len(outs) > 1:
        raise InputError("last_one_unit")
    runs = Runs()
    key = key_in(outs[0])
    engine = opened(database)
    places: dict[str, Path] = {}
    for out in outs:
        try:
            with writing(engine) as conn:
                places[registered(conn, out, runs).id] = out
        except ZuozhengError as error:
            if len(outs) == 1:
                raise
            told(f"{out}: {error.key}")
    if not places:
        raise InputError("review_no_units")
    with reading(engine) as conn:
        if not any(one.closed is None and one.role != "local" for one in accounts.all_of(conn)):
            raise InputError("review_no_accounts", database=where_is(engine))
    passwords.warm()
    return Office(engine=engine, key=key, places=places, show=show, original=original,
                  language=language, secure=secure, runs=runs,
                  last={next(iter(places)): _last(last, outs[0], engine, told)} if last else {})


def folders(office: Office) -> list[tuple[Path, str]]:
    """Where the originals of each unit are: (OUT, folder); of runs that can be read."""
    found = []
    for out in office.places.values():
        with suppress(RunProblem):
            found.append((out, str(office.runs.of(out).header["folder"])))
    return found


def serve(office: Office, where: Where, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is told the address (`http://127.0.0.1:8123`). Raises
    OutputError port_taken."""
    logging.getLogger("zuozheng.review").setLevel(logging.INFO)
    Visitors.most = room_for_files()
    server = _Server(uvicorn.Config(
        made(office), host=where.host, port=where.port, log_config=None, access_log=False,
        server_header=False, date_header=False, proxy_headers=False, lifespan="off",
        ssl_certfile=str(where.cert) if where.cert else None,
        ssl_keyfile=str(where.key) if where.key else None, timeout_graceful_shutdown=5,
        limit_concurrency=1500, backlog=512, h11_max_incomplete_event_size=32 * 1024, http=Visitors,
        ws="none", loop="asyncio"))

    def bound(port: int) -> None:
        office.serves(where.host, port)
        ready(office.address)

    server.bound = bound
    try:
        asyncio.run(server.serve())
    except KeyboardInterrupt:
        pass
    finally:
        office.engine.dispose()
    if not server.started:
        raise OutputError("port_taken", host=where.host, port=where.port)


class _Server(uvicorn.Server):
    """Tells at which port it stands, before it answers."""

    bound: Callable[[int], None]

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        loop = asyncio.get_running_loop()
        if self.config.is_ssl:
            loop.create_server = partial(  # type: ignore[method-assign]
                loop.create_server, ssl_handshake_timeout=HANDSHAKE)
        its = logging.getLogger("uvicorn.error")
        level = its.level
        try:
            its.setLevel(logging.CRITICAL)
            await super().startup(None)
        except SystemExit:
            # What uvicorn ends with when it cannot bind; we say it in words, and it says nothing.
            self.started = False
            self.should_exit = True
            return
        finally:
            its.setLevel(level)
        if self.started:
            self.bound(self.servers[0].sockets[0].getsockname()[1])


def registered(conn: Connection, out: Path, runs: Runs) -> Unit:
    """The unit of OUT, made known to the database. Raises InputError, OutputError."""
    id = id_of(out)
    known = unit_of(conn, id) if id else None
    if known is None and not (out / "ledger.sqlite").is_file():
        raise InputError("run_unscreened", run=out)
    try:
        run = runs.of(out)
    except RunProblem:
        # What it was called when it could still be read stays.
        label, rubric = (known.label, known.rubric) if known else (out.absolute().name, "")
    else:
        names = run.header["unit"]
        label, rubric = safe(names[0]) if names else out.absolute().name, run.rubric.id
    return register(conn, out, label, rubric)


def _last(out: Path, now: Path, engine: Engine | None, aside: Say) -> Last:
    """Last year's review: in the office's database if it is there, else in its own OUT. Raises
    InputError last_same, last_rubric."""
    _comparable(out, now, aside)
    id = id_of(out)
    if id is None:
        return Last(out)
    if engine is not None:
        with reading(engine) as conn:
            if unit_of(conn, id) is not None:
                return Last(out, engine, id)
    if not (out / FILE).is_file():
        return Last(out)
    own = opened(out / FILE, to_write=False)
    return Last(out, own, id)


def _comparable(last: Path, now: Path, aside: Say) -> None:
    """Whether last year's run can stand beside this one: of another rubric nothing can be carried
    over, and of another unit it is told, as a unit may have been renamed."""
    before = Run(last)
    try:
        here = Run(now)
    except ZuozhengError:
        return
    if last.samefile(now):
        raise InputError("last_same", out=now)
    if before.rubric.id != here.rubric.id:
        raise InputError("last_rubric", last=last, found=before.rubric.id, wanted=here.rubric.id)
    names = [set(map(str, run.header["unit"])) for run in (before, here)]
    if names[0] and names[1] and not names[0] & names[1]:
        aside(say("review.last_other", last=safe(before.header["unit"][0]),
                  now=safe(here.header["unit"][0])))


def log_to_stderr() -> None:
    """Lines of the log go to stderr; each has ids, route, status and milliseconds."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logging.getLogger("zuozheng.review").addHandler(handler)
    # What strangers send wrongly, or too often, must not fill the disk.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
