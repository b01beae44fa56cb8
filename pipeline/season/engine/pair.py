"""A scheduler and workers of our own, on this machine alone: what the Dask engine uses where no
cluster is named. Nobody but this run can speak to them, and no page is served by them."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dask
from distributed import Nanny, Scheduler, Security, SpecCluster, Worker

HOST = "127.0.0.1"


class _QuietScheduler(Scheduler):
    def start_http_server(self, *_: Any, **__: Any) -> None:
        """None: Dask opens one even without a dashboard."""


class QuietWorker(Worker):
    """A worker without a page about itself, which Ctrl-C leaves to whoever started it."""

    def __init__(self, *words: Any, **more: Any) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        super().__init__(*words, **more)

    def start_http_server(self, *_: Any, **__: Any) -> None:
        """None, as above."""


@contextmanager
def pair(workers: int, work: Path) -> Iterator[Any]:
    """A cluster of so many worker processes, one job each at a time, bound to 127.0.0.1; each side
    proves itself by a certificate made for this run, which is in memory only: other users of the
    machine can reach the ports and say nothing. `work` is for what workers write.

    Nannies start a worker anew that has died. Dask's own limit of memory is off: it would count
    without the processes that read, which have their own.
    """
    security = Security.temporary()  # type: ignore[no-untyped-call]
    each = {"host": HOST, "protocol": "tls://", "security": security}
    worker = {"cls": Nanny, "options": {
        **each, "nthreads": 1, "memory_limit": None, "worker_class": QuietWorker,
        "local_directory": str(work), "silence_logs": 50, "dashboard": False,
        "dashboard_address": None}}
    scheduler = {"cls": _QuietScheduler, "options": {
        **each, "port": 0, "dashboard": False, "dashboard_address": None}}
    # Dask looks for code in its scratch folder first: it must be nobody's but ours.
    with dask.config.set({"temporary-directory": str(work)}), \
            SpecCluster(  # type: ignore[no-untyped-call]
                workers=dict.fromkeys(range(workers), worker), scheduler=scheduler,
                security=security, silence_logs=50) as cluster:
        yield cluster
