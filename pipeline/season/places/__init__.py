"""Where papers come from and outputs go: a folder of this machine, or a URL of a store.

Work happens in local folders whatever the place. What stands in a store is fetched into a folder of
its own, screened there, and the unit's outputs put back: each object whole or not at all, and last
of all `whole.json`, which names them by their hashes. What that does not vouch for is not used. The
libraries (fsspec, and s3fs for S3) take credentials from the environment or their own files; none
is ever taken from a URL, kept or shown.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

import orjson

from pipeline.errors import InputError, OutputError, Unreadable
from pipeline.ingest import archive
from pipeline.season.places import asked
from pipeline.season.places.claim import CLAIM, claimed
from pipeline.season.places.keys import named
from pipeline.season.places.scratch import reserved, scratch
from pipeline.store import cache
from pipeline.store.ledger import StoreError
from pipeline.store.season import NAME as SEASON
from pipeline.store.season import TEMPLATES

Row = dict[str, Any]

WHOLE = "whole.json"
"""Put last: {"format", "files": {name: SHA-256}, "mark"}."""
FORMAT = 1
KEPT_SECONDS = 120.0
"""What a killed process may lose of what it has read."""
EXTRACTED = "extracted.sqlite"
_MOST_MARK = 64 * 1024**2
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def remote(place: str) -> bool:
    """Whether a place is a URL of a store, and not a path (`C:\\…` is one)."""
    return _URL.match(place) is not None


def within(place: str, *names: str) -> str:
    """A place below a place."""
    if remote(place):
        return "/".join((place.rstrip("/"), *names))
    return str(Path(place, *names))


def checked(place: str) -> str:
    """The place as it may be kept and shown. Raises InputError: place_secret (a URL with a name, a
    password or parameters in it: the message does not repeat it), place_unknown, extra_missing."""
    chained = "::" in place and "://" in place
    if not remote(place) and not chained:
        return place
    kind, _, rest = place.partition("://")
    if "@" in rest.partition("/")[0] or "?" in rest or "#" in rest:
        raise InputError("place_secret", kind=kind)
    if chained or not rest.strip("/") or any(ord(one) < 32 for one in place):
        raise InputError("place_unknown", place=place, kinds="s3:// file://")
    asked.opened(place)
    return place.rstrip("/")


# --- the units of a remote ROOT ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Below:
    """What stands directly below ROOT: a `folder` or a `file`, how many files and bytes it holds,
    and its `signature`; or the problem ({"key", "args"}) of what cannot be listed."""

    name: str
    source: str
    kind: str
    files: int = 0
    bytes: int = 0
    signature: str = ""
    problem: Row | None = None


def below(root: str) -> list[Below]:
    """What stands directly below a remote ROOT, by name. Raises InputError: place_unreachable."""
    found = []
    for one in asked.listed(root, deep=False):
        name = one.key.rstrip("/").rpartition("/")[2]
        if not name:
            continue
        source = within(root, name)
        if one.kind != "directory":
            found.append(Below(name, source, "file", 1, one.size, _digest([one])))
            continue
        try:
            inside = asked.listed(source)
        except InputError as error:
            args = {key: str(value) for key, value in error.args_.items()}
            found.append(Below(name, source, "folder", problem={"key": error.key, "args": args}))
            continue
        found.append(Below(name, source, "folder", len(inside), sum(each.size for each in inside),
                           _digest(inside)))
    return sorted(found, key=lambda each: each.name)


def read(place: str, most: int) -> bytes | None:
    """The bytes of a small file in a store, `most` at most; None where there is none."""
    return asked.text(place, most)


def signature(source: str) -> str:
    """A digest of what a unit's listing says (names, sizes, and what the store says of the bytes:
    its etag or checksum, else the time of change); "" where that is too little to trust.

    The same signature: nothing has changed, and nothing need be fetched. What it cannot see is a
    change within the clock's grain that keeps size and time, where a store tells no etag. Raises
    InputError: place_unreachable.
    """
    return _digest(asked.listed(source) if remote(source) else _on_disk(Path(source)))


def _digest(entries: list[asked.Entry]) -> str:
    if not all(one.mark for one in entries):
        return ""
    rows = sorted([one.key, one.size, one.mark] for one in entries)
    return hashlib.sha256(orjson.dumps(rows)).hexdigest()


def _on_disk(source: Path) -> list[asked.Entry]:
    if source.is_dir():
        entries = [(entry.path, entry.place, entry.reason) for entry in archive.walk(source)]
    else:
        entries = [(source.name, source, None)]
    found = []
    for path, place, reason in entries:
        try:
            seen = place.lstat()
        except OSError:
            found.append(asked.Entry(path, 0, "file", ""))
            continue
        mark = f"{reason or ''} {seen.st_mtime_ns} {seen.st_ctime_ns}"
        found.append(asked.Entry(path, seen.st_size, "file", mark))
    return found


# --- one unit -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Here:
    """A unit at hand: its papers, the folder for its outputs, and `put`, which puts these back to
    where they belong, with a mark that `mark` gives again (local outputs stand there already)."""

    source: Path
    out: Path
    put: Callable[[Row], None]


@contextmanager
def at_hand(source: str, out: str, name: str) -> Iterator[Here]:
    """A unit's papers and outputs as local folders; gone afterwards if they were fetched.

    What the last run read of the papers is fetched with them, so that nothing is read twice.
    Raises InputError (place_unreachable) and OutputError (place_unwritable, scratch_full).
    """
    if not remote(out) and (not remote(source) or _path_of(source)):
        yield Here(_path_of(source) or Path(source), Path(out), lambda mark: None)
        return
    with scratch() as work:
        papers = _path_of(source) if remote(source) else Path(source)
        if papers is None:
            papers = _fetched(source, work / "papers", name)
        if not remote(out):
            yield Here(papers, Path(out), lambda mark: None)
            return
        place = work / "out"
        place.mkdir()
        known = _whole(out)
        _bring(out, place, known)
        over = Event()
        keeper = Thread(target=_kept_up, args=(place, out, work / EXTRACTED, known, over),
                        daemon=True)
        keeper.start()

        def put(mark: Row) -> None:
            over.set()
            keeper.join()
            _put(place, out, known, mark)

        try:
            yield Here(papers, place, put)
        finally:
            over.set()
            keeper.join()


def mark(out: str) -> Row | None:
    """What was given to the last whole `put` of a unit's outputs; None where there was none, or
    where outputs need not be put back."""
    if not remote(out):
        return None
    given = _whole(out)["mark"]
    return given if isinstance(given, dict) else None


def _path_of(source: str) -> Path | None:
    """The folder behind a `file://` URL: papers are read where they lie."""
    return Path(asked.opened(source).path) if source.startswith("file://") else None


def _fetched(source: str, into: Path, name: str) -> Path:
    """Everything below a unit's place, as a local folder; or its one file."""
    into.mkdir()
    entries = asked.listed(source)
    reserved(into, sum(min(one.size, archive.LIMIT_BYTES) for one in entries), source)
    alone = len(entries) == 1 and entries[0].key == ""
    if alone:
        place = into / next(iter(named([source.rpartition("/")[2]])))[1]
        asked.fetch(source, entries[0], place)
        return place
    # Named as the unit's folder is: a unit that is given no name is called by its folder's.
    folder = into / next(iter(named([source.rpartition("/")[2] or name])))[1]
    folder.mkdir()
    by_key = {one.key: one for one in entries}
    asked.fetch_all(source, [(by_key[key], folder / path) for key, path in named(by_key)])
    return folder


def _whole(out: str) -> Row:
    """What `whole.json` says; nothing where it is not there or not ours."""
    said = asked.text(within(out, WHOLE), _MOST_MARK)
    try:
        found = orjson.loads(said or b"{}")
    except orjson.JSONDecodeError:
        found = {}
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        found = {}
    files = found.get("files")
    files = {name: sha256 for name, sha256 in files.items() if isinstance(sha256, str)
             and _plain(name)} if isinstance(files, dict) else {}
    return {"files": files, "mark": found.get("mark")}


def _plain(name: str) -> bool:
    return re.fullmatch(r"[a-z_]+(\.[a-z]+)+", name) is not None


def _bring(out: str, place: Path, known: Row) -> None:
    """The outputs of the last run: all of them if they are whole, else only what was read of the
    papers, which vouches for itself."""
    for name in known["files"]:
        asked.fetch_one(within(out, name), place / name)
    said = {name: _hash(place / name) for name in known["files"]}
    if said != known["files"]:
        for name in known["files"]:
            if name != EXTRACTED:
                (place / name).unlink(missing_ok=True)
    if EXTRACTED not in known["files"]:
        asked.fetch_one(within(out, EXTRACTED), place / EXTRACTED)


def _kept_up(place: Path, out: str, draft: Path, known: Row, over: Event) -> None:
    """While a unit is worked on, put back now and then what was read of its papers: whoever does it
    next, if this process is killed, need not recognise hundreds of pages again."""
    last = ""
    while not over.wait(KEPT_SECONDS):
        try:
            if not (place / EXTRACTED).exists():
                continue
            draft.unlink(missing_ok=True)
            cache.copied(place / EXTRACTED, draft)
            if _hash(draft) != last:
                known["files"].pop(EXTRACTED, None)
                asked.put(draft, within(out, EXTRACTED))
                last = _hash(draft)
        except (OSError, InputError, OutputError, StoreError):
            continue  # the last put says so, if it goes on


def _put(place: Path, out: str, known: Row, given: Row) -> None:
    files = {path.name: _hash(path) for path in sorted(place.iterdir())
             if path.is_file() and not path.is_symlink() and _plain(path.name)}
    # What was read goes first: even if the rest does not get there it is not read again.
    for name in sorted(files, key=lambda each: (each != EXTRACTED, each)):
        if files[name] != known["files"].get(name):
            asked.put(place / name, within(out, name))
    asked.put_text(orjson.dumps({"format": FORMAT, "files": files, "mark": given}),
                   within(out, WHOLE))
    for name in known["files"].keys() - files.keys():
        asked.remove(within(out, name))
    known["files"], known["mark"] = files, given


def _hash(place: Path) -> str:
    try:
        return archive.digest(place)
    except Unreadable:
        return ""


# --- the season ---------------------------------------------------------------------------------


class Season(NamedTuple):
    """A season at hand. `folder`: where its own files are written. `keep(copy)`: a safe point, what
    changed is put back; `copy` writes a consistent season.sqlite to the path it is given, and is
    needed while that is open. `unit(dir, name)`: one output of a unit; `let_go(dir)`: it was read.
    """

    folder: Path
    keep: Callable[..., None]
    unit: Callable[[str, str], Path]
    let_go: Callable[[str], None]


@contextmanager
def season(out: str, alone: bool = True) -> Iterator[Season]:
    """The place of a season as a local folder. Of two runs that want a remote one `alone`, exactly
    one has it; the other gets OutputError output_busy.

    Raises InputError (place_unreachable) and OutputError (place_unwritable, output_busy).
    """
    if not remote(out):
        folder = Path(out)
        yield Season(folder, lambda copy=None: None,
                     lambda directory, name: folder / "units" / directory / name,
                     lambda directory: None)
        return
    with scratch() as work, claimed(out, alone) as ours:
        folder = work / "season"
        folder.mkdir()
        _bring_season(out, folder)
        known = {path.name: _hash(path) for path in folder.iterdir() if path.is_file()}

        def keep(copy: Callable[[Path], object] | None = None) -> None:
            ours()
            _keep(folder, out, work, known, copy)

        def unit(directory: str, name: str) -> Path:
            place = folder / "units" / directory / name
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                asked.fetch_one(within(out, "units", directory, name), place)
            return place

        yield Season(folder, keep, unit,
                     lambda directory: shutil.rmtree(folder / "units" / directory,
                                                     ignore_errors=True))


def _bring_season(out: str, folder: Path) -> None:
    for one in asked.listed(out, deep=False, must=False):
        name = one.key.rpartition("/")[2]
        if one.kind != "directory" and _plain(name) and name not in (WHOLE, CLAIM):
            asked.fetch_one(within(out, name), folder / name)
    papers = asked.listed(within(out, TEMPLATES), must=False)
    if papers:
        by_key = {one.key: one for one in papers if one.key}
        asked.fetch_all(within(out, TEMPLATES), [
            (by_key[key], folder / TEMPLATES / path) for key, path in named(by_key)])


def _keep(folder: Path, out: str, work: Path, known: dict[str, str],
          copy: Callable[[Path], object] | None) -> None:
    draft = work / SEASON
    draft.unlink(missing_ok=True)
    if copy is not None:
        copy(draft)
    elif (folder / SEASON).exists():
        shutil.copyfile(folder / SEASON, draft)
    found: Mapping[str, Path] = {path.name: path for path in folder.iterdir()
                                 if path.is_file() and _plain(path.name)}
    # The ledger last: what it speaks of stands there then.
    for name, path in sorted({**found, **({SEASON: draft} if draft.exists() else {})}.items(),
                             key=lambda each: (each[0] == SEASON, each[0])):
        sha256 = _hash(path)
        if sha256 != known.get(name):
            asked.put(path, within(out, name))
            known[name] = sha256
