"""What crosses between a supervisor and its workers: jobs a line, records behind a head of their
length. Plain data, bounded, never unpickled."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from struct import Struct
from typing import IO, Any

import orjson

MAX_RECORD = 256 * 1024 * 1024
"""Bytes of one record; a paper of 5,000 full pages stays far below."""
SECONDS = 300.0
"""Wall time for one file, where the job does not say `seconds`."""

READY: dict[str, Any] = {"ready": True}
"""What a worker says before its first file: it is not a file's fault if a worker cannot start."""

WELL, SPENT, OUT_OF_MEMORY = 0, 1, 2
"""A worker's state after a file. Spent: it answered well, and should read no other."""

Job = Mapping[str, Any]
Record = dict[str, Any]

HEAD = Struct(">IBI")
"""Which of the worker's jobs it answers (from 1; 0 is `READY`), the state, the record's length."""


def send_job(pipe: IO[bytes], job: Job) -> None:
    """A job, or the setup before all jobs."""
    pipe.write(orjson.dumps(job) + b"\n")
    pipe.flush()


def send_record(pipe: IO[bytes], number: int, state: int, record: bytes) -> None:
    """The answer to job `number`, as JSON already."""
    pipe.write(HEAD.pack(number, state, len(record)))
    pipe.write(record)
    pipe.flush()


def receive_record(pipe: IO[bytes], number: int) -> tuple[int, Record]:
    """The state and the record of job `number`; anything else is an EOFError or a ValueError."""
    said, state, length = HEAD.unpack(_exactly(pipe, HEAD.size))
    if said != number or length > MAX_RECORD:
        raise EOFError("no record of this job, or longer than any paper")
    record = orjson.loads(_exactly(pipe, length))
    if not isinstance(record, dict):
        raise EOFError("no record")
    return state, record


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) != size:
        raise EOFError("the worker ended")
    return data


def coded(place: str | os.PathLike[str]) -> str:
    """A place as it crosses: its bytes in hex, as not every name is valid text."""
    return os.fsencode(place).hex()


def decoded(text: str) -> Path:
    """The place that was `coded`."""
    return Path(os.fsdecode(bytes.fromhex(text)))
