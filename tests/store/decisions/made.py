"""Entries for the tests."""

from __future__ import annotations

import secrets
from typing import Any

from pipeline.store.decisions import Connection, Entry, Unit, Write, append

TEXT = "局党组理论学习中心组专题学习加强和改进民族工作的重要思想"
NOTE = "原件第三页盖章不清"


def write(unit: Unit | str, version: int | None = 0, **other: Any) -> Write:
    """A decision as the server would write it."""
    plain: dict[str, Any] = {
        "account": "a1b2c3d4e5f6", "seat": "", "kind": "evidence",
        "subject": "Y01|p:0123456789abcdef", "state": {"verdict": "accepted", "reason": None},
        "key": secrets.token_hex(8), "note": NOTE, "shown": {"text": TEXT, "path": "总结.docx"},
    }
    return Write(unit=unit if isinstance(unit, str) else unit.id, version=version,
                 **(plain | other))


def several(conn: Connection, unit: Unit, count: int) -> list[Entry]:
    """So many decisions, each on a passage of its own."""
    return [append(conn, write(unit, subject=f"Y01|p:{number:016x}"))[0]
            for number in range(count)]
