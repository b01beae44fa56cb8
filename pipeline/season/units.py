"""The units of a season: what stands directly below ROOT, or the rows of ROOT/units.csv.

A unit that cannot be screened is a unit with a problem that names it; the others are not held up.
Nothing is opened here but units.csv.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from pipeline.errors import InputError
from pipeline.ingest import archive
from pipeline.privacy import mask
from pipeline.report.printable import on_one_line
from pipeline.season import places, table
from pipeline.season.task import source_of

Row = dict[str, Any]

MOST_BYTES = 80
"""Of a directory's name in UTF-8: what stands below it must fit in a path as well."""
MOST_NAMED = 5
"""Loose files and unused columns that a notice names."""
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffd'
                     r'\ud800-\udfff<>:"/\\|?*]')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def found(root: str, rubric: str, period: str | None) -> tuple[list[Row], list[Row]]:
    """Every unit as `SeasonLedger.plan` takes it, in name order, and the notices ({"key", "args"})
    of what belongs to no unit. ROOT is a folder of this machine or a URL of a store.

    Raises InputError: season_root_missing, season_root_is_file, folder_unreadable, units_none
    (there is no unit), place_unreachable, and those of `table.read`.
    """
    _below.cache_clear()
    if places.remote(root):
        standing, given = _of_store(root), places.read(f"{root}/{table.NAME}", table.MOST_BYTES + 1)
    else:
        root = str(Path(root).absolute())
        standing, given = _of_folder(Path(root)), _table_in(Path(root))
    notices = _notice("units_hidden", [row["name"] for row in standing if row["hidden"]])
    standing = [row for row in standing if not row["hidden"]]
    if given is None:
        loose = [row["name"] for row in standing if row["loose"]]
        notices += _notice("units_loose", loose)
        rows = [row for row in standing if not row["loose"]]
    else:
        listed = table.read(given, places.within(root, table.NAME))
        rows = [_placed(root, one) for one in listed.rows]
        taken = {row["source"] for row in rows}
        notices += _notice("units_columns_unused", listed.unused)
        notices += _notice("units_beside", [row["name"] for row in standing
                                            if not row["loose"] and row["source"] not in taken])
    units = [_unit(row, rubric, period) for row in _named_apart(rows)]
    if not units:
        raise InputError("units_none", root=root, archives=" ".join(archive.PACKED))
    return sorted(units, key=lambda unit: (unit["name"], unit["dir"])), notices


def directory_of(name: str) -> str:
    """The directory of a unit of that name: fit for every system, numbers and names of people
    masked; with a hash where it is not the name itself, so that two names never share one."""
    safe = _UNSAFE.sub("_", unicodedata.normalize("NFC", mask(name))).strip(". ")
    if _RESERVED.fullmatch(safe):
        safe = f"_{safe}"
    if safe == name == safe.lower() and len(safe.encode()) <= MOST_BYTES:
        return safe
    mark = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    short = safe.encode()[: MOST_BYTES - len(mark) - 1].decode("utf-8", "ignore").rstrip(". ")
    return f"{short}-{mark}"


def _row(name: str, source: str, problem: Row | None = None, **more: Any) -> Row:
    return {"name": name, "source": source, "problem": problem, "kind": None, "county": None,
            "rubric": None, "names": [], "loose": False, "hidden": False, "size": None, **more}


def _problem(key: str, **args: object) -> Row:
    return {"key": key, "args": {
        name: on_one_line(str(value).encode("utf-8", "replace").decode())
        for name, value in args.items()}}


def some(names: Sequence[str]) -> str:
    """The first of the names, and that there are more."""
    return "、".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")


def _notice(key: str, names: Sequence[str]) -> list[Row]:
    return [_problem(key, count=len(names), names=some(names))] if names else []


def _named_apart(rows: Iterable[Row]) -> Iterator[Row]:
    """Of units of one name the first is screened, the others have a problem; so have those after
    the first that are to be screened from one folder."""
    first: dict[str, str] = {}
    whose: dict[str, str] = {}
    for row in rows:
        name = unicodedata.normalize("NFC", row["name"])
        where = row["source"].rstrip("/").rpartition("/")[2]
        if name in first:
            yield row | {"dir": directory_of(f"{name}\0{row['source']}"),
                         "name": on_one_line(name),
                         "problem": _problem("unit_twice", first=first[name], other=where)}
            continue
        first[name] = where
        problem = row["problem"]
        if problem is None and whose.setdefault(row["source"], name) != name:
            problem = _problem("unit_folder_twice", folder=where, first=whose[row["source"]])
        yield row | {"dir": directory_of(name), "name": on_one_line(name), "problem": problem}


def _unit(row: Row, rubric: str, period: str | None) -> Row:
    """A unit with its size, or with its problem."""
    files, size = row["size"] or (0, 0)
    problem = row["problem"]
    if problem is None and row["size"] is None:
        try:
            files, size = _measured(row["place"])
        except OSError as error:
            problem = _problem("folder_unreadable", folder=row["place"].name,
                               why=error.strerror or error)
    if problem is None and not files:
        problem = _problem("unit_empty", folder=row["source"].rstrip("/").rpartition("/")[2])
    return {"dir": row["dir"], "name": row["name"], "kind": row["kind"], "county": row["county"],
            "source": row["source"], "rubric": row["rubric"] or rubric, "names": row["names"],
            "period": period, "bytes": size, "files": files, "problem": problem}


def _measured(place: Path) -> tuple[int, int]:
    """How many files a unit hands in, and their bytes. Raises OSError."""
    if stat.S_ISREG(place.lstat().st_mode):
        return 1, place.stat().st_size
    sizes = [entry.size for entry in archive.walk(place) if entry.reason != "system_file"]
    return len(sizes), sum(sizes)


# --- a folder of this machine -----------------------------------------------------------------


def _table_in(root: Path) -> bytes | None:
    place = root / table.NAME
    if place.is_symlink():
        raise InputError("units_link", table=place)
    if place.exists() and not place.is_file():
        raise InputError("folder_unreadable", folder=place, why=os.strerror(errno.EISDIR))
    try:
        with place.open("rb") as stream:
            return stream.read(table.MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise InputError("folder_unreadable", folder=root / table.NAME,
                         why=error.strerror or error) from None


def _of_folder(root: Path) -> list[Row]:
    if not root.exists():
        raise InputError("season_root_missing", root=root)
    if not root.is_dir():
        raise InputError("season_root_is_file", root=root)
    try:
        with os.scandir(root) as listing:
            inside = sorted(listing, key=lambda entry: os.fsencode(entry.name))
    except OSError as error:
        raise InputError("folder_unreadable", folder=root, why=error.strerror or error) from None
    rows = []
    for entry in inside:
        place = Path(entry.path)
        name, source = archive.shown(entry.name), source_of(place)
        if entry.name == table.NAME or archive.LITTER.fullmatch(entry.name):
            continue
        if entry.is_symlink():
            rows.append(_row(name, source, _problem("unit_link", folder=name)))
        elif entry.is_dir():
            if entry.name not in archive.LITTER_FOLDERS:
                rows.append(_row(name, source, place=place, hidden=entry.name.startswith(".")))
        else:
            loose = not entry.is_file() or not archive.is_packed(entry.name)
            rows.append(_row(name if loose else archive.title(name), source, place=place,
                             loose=loose))
    return rows


# --- a store ----------------------------------------------------------------------------------


def _of_store(root: str) -> list[Row]:
    return [_stored(one) for one in _below(root) if one.name != table.NAME]


@cache
def _below(root: str) -> tuple[places.Below, ...]:
    return tuple(places.below(root))


def _stored(one: places.Below, **more: Any) -> Row:
    loose = one.kind == "file" and not archive.is_packed(one.name)
    name = archive.title(one.name) if one.kind == "file" else one.name
    return _row(name, one.source, one.problem, size=(one.files, one.bytes), loose=loose) | more


# --- rows of units.csv ------------------------------------------------------------------------


def _placed(root: str, given: Row) -> Row:
    """A row of the table, its papers found below ROOT or its problem."""
    name, folder = given["name"], given["folder"].replace("\\", "/")
    more = {"name": name, "names": [name], "kind": given["kind"], "county": given["county"],
            "rubric": given["rubric"]}
    parts = PurePosixPath(folder).parts
    if places.remote(folder) or ".." in parts or parts[:1] == ("/",) or not parts:
        return _row(**more, source=root, problem=_problem("unit_outside", folder=folder))
    source = places.within(root, *parts)
    if places.remote(root):
        parent = places.within(root, *parts[:-1]) if parts[1:] else root
        one = next((one for one in _below(parent) if one.name == parts[-1]), None)
        if one is None:
            return _row(**more, source=source, problem=_problem("unit_missing", folder=folder))
        row = _stored(one, **more)
        if row["loose"]:
            row["problem"] = _no_folder(folder)
        return row
    place = Path(source)
    try:
        place.lstat()
    except (OSError, ValueError):  # a name that no folder can have is none as well
        return _row(**more, source=source, problem=_problem("unit_missing", folder=folder))
    if place.resolve() != Path(root).resolve().joinpath(*parts):
        return _row(**more, source=source, problem=_problem("unit_link", folder=folder))
    if not place.is_dir() and not (place.is_file() and archive.is_packed(place.name)):
        return _row(**more, source=source, problem=_no_folder(folder))
    return _row(**more, source=source, place=place)


def _no_folder(folder: str) -> Row:
    return _problem("unit_no_folder", folder=folder, archives=" ".join(archive.PACKED))
