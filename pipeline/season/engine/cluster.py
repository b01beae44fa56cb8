"""Units side by side on a Dask cluster: the same jobs, the same answers, other machines.

Jobs and answers cross as JSON; what is done with a job is `desk.asked`. This side alone writes the
season's ledger, and decides which worker does what: so a worker that is unlike this installation
gets nothing, and one that is lost costs its unit another try elsewhere. Whoever holds a certificate
of a cluster can run code on it: that is Dask's way, and why nothing but this machine itself is
spoken to without one.
"""

from __future__ import annotations

import logging
import time
import uuid
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any

import orjson

from pipeline.errors import InputError, WorkerError
from pipeline.season import places
from pipeline.season.engine import desk, local
from pipeline.season.engine.address import Tls, checked, given, loopback
from pipeline.season.places.scratch import scratch

__all__ = ["Cluster", "Tls", "engine", "given", "reached"]

Row = dict[str, Any]

LOOK = 0.1
"""Seconds from one look at the clock to the next."""
WORKERS_LOOK = 1.0
"""Seconds from one look at who is there to the next."""
CONNECT_SECONDS = 20.0
BACK_SECONDS = 120.0
"""How long a scheduler that has gone, or workers that have, are waited for."""
GATHER_SECONDS = 30.0
TRIES = 3
"""Workers that may be lost over a unit; then the unit is called crashed."""
_USED = {"zuozheng": "zuozheng", "model_sha256": "model", "rubric_sha256": "rubric_sha256"}
"""What an answer says it was made with, and what the job says of the same."""
PAIR = 2
"""Workers of our own, where nobody says how many."""


@dataclass(slots=True)
class Cluster:
    """A cluster that was reached. `address`: None for workers of our own; `refused`: workers that
    get nothing, and what of theirs is unlike ours, or broken."""

    address: str | None
    security: Any
    client: Any
    log: IO[bytes]
    most: int | None
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    refused: dict[str, str] = field(default_factory=dict)

    def note(self, words: str) -> None:
        """A line of the run's log."""
        self.log.write(f"cluster: {words}\n".encode("utf-8", "replace"))


@contextmanager
def reached(scheduler: str | None, tls: Tls | None, workers: int | None, log: IO[bytes]
            ) -> Iterator[Cluster]:
    """Reach the cluster at `scheduler`, or start workers of our own (two where `workers` does not
    say) if it is None. On a cluster `workers` bounds how many units are done at a time.

    Raises InputError (scheduler_malformed, scheduler_open, scheduler_tls, tls_unusable,
    scheduler_unreachable, extra_missing) before anything is sent.
    """
    if scheduler is not None:
        checked(scheduler, tls)
    try:
        import distributed

        _quiet(log)
        security = _security(distributed, tls)
    except ImportError:
        raise InputError("extra_missing", extra="cluster", what="--engine dask") from None
    with ExitStack() as stack:
        if scheduler is None:
            address, security = _own(stack, workers or PAIR)
        else:
            address = scheduler
        over = Cluster(scheduler, security, None, log, workers)
        over.client = _connected(address, security)
        stack.callback(_ended, over)
        _within(over)
        yield over


def _own(stack: ExitStack, workers: int) -> tuple[str, Any]:
    from pipeline.season.engine.pair import pair

    cluster = stack.enter_context(pair(workers, stack.enter_context(scratch())))
    return cluster.scheduler_address, cluster.security


def _security(distributed: Any, tls: Tls | None) -> Any:
    if tls is None:
        return distributed.Security(require_encryption=False)
    return distributed.Security(
        require_encryption=True, tls_ca_file=str(tls.ca), tls_client_cert=str(tls.cert),
        tls_client_key=str(tls.key))


def _connected(address: str, security: Any) -> Any:
    from distributed import Client

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other versions: told by name when they are refused
            return Client(  # type: ignore[no-untyped-call]
                address, security=security, timeout=CONNECT_SECONDS, set_as_default=False,
                direct_to_workers=False)
    except Exception as error:  # TLS, sockets, versions of Dask: each says it in its own way
        raise InputError("scheduler_unreachable", scheduler=address,
                         why=type(error).__name__) from None


def _within(over: Cluster) -> None:
    """Raises InputError scheduler_open where a scheduler without TLS listens to other machines."""
    if over.address is not None and over.address.startswith("tcp://"):
        about = over.client.sync(over.client.scheduler.identity, n_workers=0)
        if not loopback(str(about["address"])):
            raise InputError("scheduler_open", scheduler=over.address)


def _ended(over: Cluster) -> None:
    with suppress(Exception):  # nobody may be there any more to be told
        if over.client.status == "running":
            over.client.run(desk.over, over.run, on_error="ignore")
    with suppress(Exception):
        over.client.close(timeout=5)


def _quiet(log: IO[bytes]) -> None:
    """Dask's own words go to the run's log, none to the terminal."""
    loggers = [logging.getLogger(name) for name in ("distributed", "tornado", "asyncio")]
    name = getattr(log, "name", None)
    handler: logging.Handler = logging.NullHandler()
    if isinstance(name, str | Path):
        handler = logging.FileHandler(name, delay=True, encoding="utf-8", errors="replace")
    handler.setLevel(logging.WARNING)
    for logger in loggers:
        for old in list(logger.handlers):
            logger.removeHandler(old)
        logger.addHandler(handler)
        logger.propagate = False


def engine(over: Cluster, take: Callable[[], Row | None], workers: int, log: IO[bytes],
           seen: local.Seen = lambda unit, done, total: None,
           stopped: Callable[[], bool] = lambda: False) -> Iterator[Row]:
    """Have every job of `take` done on the cluster; answers as they come (see `local.engine`).
    `workers` is what this machine would use, and not asked; of a unit only the end is `seen`.

    Raises WorkerError when the cluster has gone, or every worker, and does not come back in time
    (cluster_gone), when all that are there are refused (cluster_unlike), or never came
    (cluster_empty).
    """
    run = _Run(over, take)
    try:
        while not stopped():
            run.give()
            if run.finished():
                return
            yield from run.heard()
            run.look()
    finally:
        run.end()


class _Run:
    """One pass over the cluster: who is there, who has which job."""

    def __init__(self, over: Cluster, take: Callable[[], Row | None]) -> None:
        self._over, self._take = over, take
        self._heard: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self._free: deque[str] = deque()
        """An address for each job more that a worker could take."""
        self._there: dict[str, int] = {}
        self._flying: dict[str, tuple[Any, Row, str]] = {}
        self._again: deque[Row] = deque()
        self._tried: dict[str, int] = {}
        self._more = True
        self._next_look = 0.0
        self._alone_since = time.monotonic()
        self._given = False

    def finished(self) -> bool:
        """Whether there is no job and none is being done."""
        return not self._flying and not self._again and not self._more

    def give(self) -> None:
        """A job to each worker that is free."""
        most = self._over.most if self._over.address else None
        while self._free and (most is None or len(self._flying) < most):
            job = self._again.popleft() if self._again else self._take()
            self._more = job is not None
            if job is None:
                return
            self._submit(job, self._free.popleft())

    def _submit(self, job: Row, address: str) -> None:
        over = self._over
        log = getattr(over.log, "name", None) if over.address is None else None
        envelope = orjson.dumps({
            "format": desk.FORMAT, "run": over.run, "job": job, "versions": job["versions"],
            "sees": _sees(job), "log": str(log) if log else None})
        key = f"unit-{over.run}-{uuid.uuid4().hex}"
        try:
            future = over.client.submit(desk.asked, envelope, key=key, workers=[address],
                                        allow_other_workers=False, pure=False, retries=0)
        except Exception:  # the client was closed just now: `look` sees to it
            self._again.appendleft(job)
            return
        self._flying[key] = (future, job, address)
        future.add_done_callback(lambda done: self._heard.put((key, done)))

    def heard(self) -> Iterator[Row]:
        """The answers that have come."""
        try:
            key, future = self._heard.get(timeout=LOOK)
        except Empty:
            return
        if key not in self._flying:
            return
        _, job, address = self._flying.pop(key)
        said = _said(future) if future is not None else None
        if said is None:
            yield from self._lost(job, address, future is not None and future.status == "error")
            return
        self._take_answer(job, address, said)
        if "answer" in said and self._believed(job, address, said["answer"]):
            self._tried.pop(job["unit"], None)
            self._given = True
            yield said["answer"]

    def _take_answer(self, job: Row, address: str, said: Row) -> None:
        if "unlike" in said:
            words = "; ".join(f"{name}: {found or '-'} ≠ {wanted}"
                              for name, (wanted, found) in sorted(said["unlike"].items()))
            self._refuse(address, words)
        elif "broken" in said:
            self._refuse(address, str(said["broken"].get("key", "")))
        elif address in self._there and "answer" in said:
            self._free.append(address)
        if "answer" not in said:
            self._again.append(job)

    def _believed(self, job: Row, address: str, answer: Row) -> bool:
        """Whether what a worker says it did stands here as well, done by what we are."""
        words = ""
        used, wanted = answer["versions"], job["versions"]
        if any(name in used and used[name] != wanted[of] for name, of in _USED.items()):
            words = "versions"
        elif answer["state"] == "done" and not _stands(job):
            words = f"folder: - ≠ {job['out']}"
        if words:
            self._refuse(address, words)
            self._again.append(job)
        return not words

    def _lost(self, job: Row, address: str, raised: bool) -> Iterator[Row]:
        """A job came to nothing: its worker went, or the scheduler, or the task itself did not run.
        It is given again, a few times where it could be the unit's fault."""
        if raised:
            # A worker that cannot even run what it is asked has another code, or none.
            self._refuse(address, "task")
        elif self._over.client.status == "running":
            tried = self._tried[job["unit"]] = self._tried.get(job["unit"], 0) + 1
            self._over.note(f"lost: {address} with {job['unit']}")
            if address in self._there and address not in self._over.refused:
                self._free.append(address)
            if tried >= TRIES:
                del self._tried[job["unit"]]
                yield local.crashed(job)
                return
        self._again.append(job)

    def _refuse(self, address: str, words: str) -> None:
        if address not in self._over.refused:
            self._over.refused[address] = words
            self._over.note(f"refused: {address} {words}")
        self._free = deque(one for one in self._free if one != address)

    # --- who is there -------------------------------------------------------------------------

    def look(self) -> None:
        """See who has come and who has gone. Raises WorkerError where nobody is left for long."""
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + WORKERS_LOOK
        there = present(self._over)
        for address in self._there.keys() - there.keys():
            self._gone(address)
        for address, threads in there.items():
            if address not in self._there:
                if not self._trusted(address):
                    self._refuse(address, "tcp")
                elif address not in self._over.refused:
                    self._free.extend([address] * threads)
        self._there = there
        if there.keys() - self._over.refused.keys():
            self._alone_since = time.monotonic()
            return
        self._nobody(there)

    def _trusted(self, address: str) -> bool:
        kind = "tcp" if self._over.address and self._over.address.startswith("tcp") else "tls"
        return address.startswith(f"{kind}://") and (kind == "tls" or loopback(address))

    def _gone(self, address: str) -> None:
        self._free = deque(one for one in self._free if one != address)
        # Another process may come back under this name.
        self._over.refused.pop(address, None)
        for key, (future, _, of) in self._flying.items():
            if of == address:
                # Before what the cancelled task says of itself, which is then not looked at.
                self._heard.put((key, None))
                with suppress(Exception):
                    future.cancel()

    def _nobody(self, there: dict[str, int]) -> None:
        over, waited = self._over, time.monotonic() - self._alone_since
        if there and not self._flying and (not self._given or waited > BACK_SECONDS):
            told = "; ".join(f"{one} ({over.refused[one]})" for one in sorted(over.refused)[:5])
            raise WorkerError("cluster_unlike", workers=told)
        if waited > BACK_SECONDS:
            lost = over.client.status != "running" or self._given
            raise WorkerError("cluster_gone" if lost else "cluster_empty",
                              scheduler=over.address or "", seconds=int(BACK_SECONDS))

    def end(self) -> None:
        """Let go of what is being done; the workers are told when the cluster is left."""
        for future, _, _ in self._flying.values():
            with suppress(Exception):
                future.cancel()
        if self._flying:
            with suppress(Exception):
                self._over.client.run(desk.over, self._over.run, on_error="ignore")
            self._over.run = uuid.uuid4().hex
        self._flying.clear()


def present(over: Cluster) -> dict[str, int]:
    """The workers and how many jobs each takes; none while the scheduler does not answer."""
    if over.client.status == "closed" and over.address is not None:
        with suppress(InputError):
            over.client = _connected(over.address, over.security)
            _within(over)
    if over.client.status != "running":
        return {}
    with suppress(Exception):  # it went while it was asked
        found = over.client.sync(over.client.scheduler.ncores, callback_timeout=CONNECT_SECONDS)
        return {str(address): int(threads) for address, threads in found.items()}
    return {}


def _said(future: Any) -> Row | None:
    """What a task answered; None where it came to nothing."""
    if future.status != "finished":
        return None
    try:
        said = orjson.loads(future.result(timeout=GATHER_SECONDS))
    except Exception:  # its worker went before it could be fetched, or it is no answer of ours
        return None
    return said if isinstance(said, dict) else None


def _sees(job: Row) -> list[str]:
    """Folders that a worker must see as well, where papers or outputs are shared as folders."""
    return [str(one.parent) for one in map(Path, (
        place for place in (job["source"], job["out"]) if not places.remote(place)
    )) if one.parent.exists()]


def _stands(job: Row) -> bool:
    """Whether a unit's ledger is to be seen here; a network's folder may take a moment."""
    if places.remote(job["out"]):
        return True
    until = time.monotonic() + 5
    while not Path(job["out"], "ledger.sqlite").exists():
        if time.monotonic() > until:
            return False
        time.sleep(LOOK)
    return True
