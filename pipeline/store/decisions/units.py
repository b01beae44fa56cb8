"""The units under review. A unit's id lies in its OUT, so that it outlives a new screening and a
moved folder."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, union, update

from pipeline.errors import InputError, OutputError
from pipeline.store.decisions import tables as t
from pipeline.store.decisions.append import hold
from pipeline.store.decisions.entry import plain

ID_FILE = "review.id"
_ID = re.compile("[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Unit:
    """A screened archive under review: `out` is its folder, `rubric` its rubric's id."""

    id: str
    out: str
    label: str
    rubric: str
    purged: bool


def register(conn: Connection, out: Path, label: str, rubric: str) -> Unit:
    """The unit of OUT, made known; one that is known keeps its decisions under the new place, name
    and rubric.

    Raises InputError `review_id_broken`, `unit_copied` (a copy of a folder that is known and still
    there), OutputError.
    """
    out = out.absolute()
    made = Unit(id_of(out) or _made(out), plain(str(out)), plain(label), plain(rubric), False)
    # Of two who begin with the same unit, the second sees the first.
    hold(conn, made.id)
    known = unit(conn, made.id)
    if known is None:
        conn.execute(insert(t.unit).values(id=made.id, **_kept(made)))
    elif known != made:
        before = Path(known.out)
        if known.out != made.out and _other(before, out) and id_of_quietly(before) == made.id:
            raise InputError("unit_copied", out=out, other=before, file=ID_FILE)
        conn.execute(update(t.unit).where(t.unit.c.id == made.id).values(**_kept(made)))
    return made


def units(conn: Connection) -> list[Unit]:
    """All units, by label."""
    return [_unit(row) for row in conn.execute(select(t.unit).order_by(t.unit.c.label,
                                                                       t.unit.c.id))]


def unlisted(conn: Connection) -> list[str]:
    """Units that have a chain and are not among `units`: somebody took them off the list."""
    chains = union(*(select(table.c.unit) for table in (t.entry, t.head, t.content)))
    known = {"", *conn.execute(select(t.unit.c.id)).scalars()}
    return sorted(set(conn.execute(chains).scalars()) - known)


def unit(conn: Connection, id: str) -> Unit | None:
    """The unit with that id."""
    row = conn.execute(select(t.unit).where(t.unit.c.id == id)).first()
    return None if row is None else _unit(row)


def id_of(out: Path) -> str | None:
    """The id in OUT; None where no review was begun. Raises InputError `review_id_broken`."""
    try:
        found = (out / ID_FILE).read_bytes()[:64].decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError("review_id_broken", file=out / ID_FILE, why=error.strerror) from None
    if not _ID.fullmatch(found):
        raise InputError("review_id_broken", file=out / ID_FILE, why=repr(found[:20]))
    return found


def id_of_quietly(out: Path) -> str | None:
    """The id in OUT; None where there is none to be read."""
    with suppress(InputError):
        return id_of(out)
    return None


def _made(out: Path) -> str:
    made = secrets.token_hex(8)
    file = out / ID_FILE
    draft = out / f".{ID_FILE}.{made}"
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as written:
            written.write(made + "\n")
            written.flush()
            os.fsync(written.fileno())
        # Of two that begin at once, the first to be in place is it.
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        except OSError:
            # A disk without links (a memory stick).
            draft.replace(file)
    except OSError as error:
        raise OutputError("output_unusable", out=out, why=error.strerror or error) from None
    finally:
        draft.unlink(missing_ok=True)
    found = id_of(out)
    assert found is not None
    return found


def _other(before: Path, out: Path) -> bool:
    """Whether the two are two folders that are both there."""
    try:
        return not before.samefile(out)
    except OSError:
        return False


def _kept(made: Unit) -> dict[str, Any]:
    return {"out": made.out, "label": made.label, "rubric": made.rubric, "purged": made.purged}


def _unit(row: Any) -> Unit:
    return Unit(id=row.id, out=row.out, label=row.label, rubric=row.rubric,
                purged=bool(row.purged))
