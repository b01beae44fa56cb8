"""Decisions of reviewers: only ever appended, in a chain for each unit.

A function here takes the connection of a transaction: `with writing(engine) as conn: …`.
"""

from sqlalchemy import Connection, Engine

from pipeline.store.decisions.append import Conflict, KeyTaken, append, fresh_key, head, hold
from pipeline.store.decisions.base import FILE, opened, reading, where, writing
from pipeline.store.decisions.chain import BadRow, Checked, record_of, verify
from pipeline.store.decisions.entry import DECISIONS, START, Entry, Write, canonical, digest
from pipeline.store.decisions.failures import Unavailable
from pipeline.store.decisions.purge import purge, sweep
from pipeline.store.decisions.state import (
    current,
    entries,
    handed_in,
    history,
    mode,
    note_opened,
    of_key,
    one,
    opened_by,
    previous_state,
    seats,
)
from pipeline.store.decisions.units import ID_FILE, Unit, id_of, register, unit, units, unlisted

__all__ = [
    "DECISIONS", "FILE", "ID_FILE", "START", "BadRow", "Checked", "Conflict", "Connection",
    "Engine", "Entry", "KeyTaken",
    "Unavailable", "Unit", "Write", "append", "canonical", "current", "digest", "entries",
    "fresh_key", "handed_in", "head", "history", "hold", "id_of", "mode", "note_opened", "of_key",
    "one", "opened", "opened_by", "previous_state", "purge", "reading", "record_of", "register",
    "seats", "sweep", "unit", "units", "unlisted", "verify", "where", "writing",
]  # fmt: skip
