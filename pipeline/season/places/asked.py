"""What is asked of a store (fsspec): listings, bytes in, bytes out. Its errors become ours here; of
what a library says only the kind is repeated, as its words may hold keys and addresses."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, OutputError
from pipeline.ingest import archive
from pipeline.store.outputs import placed

AT_ONCE = 8
"""Files fetched side by side."""
PIECE = 4 * 1024**2
SECONDS = 60.0
"""To connect, and for each read, where the store can be told so."""
TRIES = 5
"""Of a request, where the store can be told so."""
_ATOMIC = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oss", "memory"}
"""Stores in which an object appears whole or not at all."""
_MARKS = ("ETag", "etag", "checksum", "md5Hash", "content_md5", "crc32c", "mtime", "LastModified",
          "last_modified", "modified", "updated")
"""What stores call that which changes with the bytes: the surest first."""
_KIND = re.compile(r"[^A-Za-z0-9_]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a listing: its `key` relative to the place, size in bytes, kind ("file",
    "directory", else what the store says), and a `mark` that changes with its bytes ("": none)."""

    key: str
    size: int
    kind: str
    mark: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A place as its library knows it."""

    system: Any
    path: str
    kind: str


def opened(place: str) -> Opened:
    """Raises InputError: place_unknown, extra_missing."""
    kind = place.partition("://")[0]
    try:
        import fsspec
    except ImportError:
        raise InputError("extra_missing", extra="remote", what=place) from None
    how: dict[str, Any] = {"use_listings_cache": False}
    if kind in ("s3", "s3a"):
        how |= {"config_kwargs": {"retries": {"max_attempts": TRIES, "mode": "standard"},
                                  "connect_timeout": SECONDS, "read_timeout": SECONDS}}
    try:
        system, path = fsspec.core.url_to_fs(place, **how)
    except ImportError:
        raise InputError("extra_missing", extra="remote", what=f"{kind}://") from None
    except ValueError:
        raise InputError("place_unknown", place=place, kinds="s3:// file://") from None
    except Exception as error:  # some libraries connect at once
        raise InputError("place_unreachable", place=place, why=_why(error)) from None
    return Opened(system, path.rstrip("/") or "/", kind)


@contextmanager
def _speaking(place: str, writing: bool = False) -> Iterator[None]:
    try:
        yield
    except (InputError, OutputError):
        raise
    except Exception as error:  # whatever a library of any store may raise
        why = _why(error)
        if writing:
            raise OutputError("place_unwritable", place=place, why=why) from None
        raise InputError("place_unreachable", place=place, why=why) from None


def _why(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number) if number and number > 0 else _KIND.sub("", type(error).__name__)


def listed(place: str, deep: bool = True, must: bool = True) -> list[Entry]:
    """What stands below a place, files alone if `deep`, else its direct entries. A place that is
    one file is one entry with the key "". Raises InputError: place_unreachable; place_missing
    unless it need not be there."""
    with _speaking(place):
        at = opened(place)
        try:
            about = at.system.info(at.path)
        except FileNotFoundError:
            if must:
                raise InputError("place_missing", place=place) from None
            return []
        if about["type"] == "file":
            return [_entry("", about)]
        if deep:
            rows = list(at.system.find(at.path, detail=True).values())
        else:
            rows = at.system.ls(at.path, detail=True)
        start = at.path.rstrip("/") + "/"
        found = [_entry(str(row["name"]).lstrip("/").removeprefix(start.lstrip("/")), row)
                 for row in rows if str(row["name"]).rstrip("/") != at.path]
    # stores keep an empty object as the sign of a folder
    found = [one for one in found if not (one.key.endswith("/") and not one.size)]
    return [one for one in found if one.kind != "directory"] if deep else found


def _entry(key: str, about: dict[str, Any]) -> Entry:
    mark = next((str(about[name]) for name in _MARKS if about.get(name)), "")
    kind = "link" if about.get("islink") else str(about.get("type", "other"))
    size = about.get("size")
    return Entry(key, size if isinstance(size, int) and size > 0 else 0, kind, mark)


def fetch_all(place: str, files: Sequence[tuple[Entry, Path]]) -> None:
    """Fetch entries of a listing, some side by side."""
    for folder in {path.parent for _, path in files}:
        folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(AT_ONCE) as hands:
        for _ in hands.map(lambda one: fetch(place, *one), files):
            pass


def fetch(place: str, entry: Entry, into: Path) -> None:
    """Fetch one entry. One that is larger than may be read leaves an empty stretch of its size,
    which is refused for its size; a link leaves a link, which is never followed. What has gone
    since it was listed leaves nothing."""
    if entry.kind != "file":
        into.symlink_to(os.devnull)
        return
    if entry.size > archive.LIMIT_BYTES:
        _stretch(into, entry.size)
        return
    with _speaking(place):
        at = opened(place)
        path = f"{at.path}/{entry.key}" if entry.key else at.path
        with suppress(FileNotFoundError):
            _stream(at.system, path, into)


def fetch_one(place: str, into: Path) -> bool:
    """Fetch the file at a place; False where there is none."""
    with _speaking(place):
        at = opened(place)
        try:
            _stream(at.system, at.path, into)
        except FileNotFoundError:
            return False
    return True


def _stream(system: Any, path: str, into: Path) -> None:
    count = 0
    draft = into.parent / f".{uuid.uuid4().hex}"
    try:
        with system.open(path, "rb", block_size=PIECE) as source, draft.open("xb") as target:
            while piece := source.read(PIECE):
                count += len(piece)
                if count > archive.LIMIT_BYTES:  # it has grown, or the listing was wrong
                    break
                target.write(piece)
        if count > archive.LIMIT_BYTES:
            draft.unlink()
            _stretch(into, count)
        else:
            draft.replace(into)
    finally:
        draft.unlink(missing_ok=True)


def _stretch(into: Path, size: int) -> None:
    with into.open("xb") as target:
        target.truncate(min(size, 2 * archive.LIMIT_BYTES))


def text(place: str, most: int) -> bytes | None:
    """The bytes of a small file, at most so many; None where there is none."""
    with _speaking(place):
        at = opened(place)
        try:
            with at.system.open(at.path, "rb", block_size=PIECE) as source:
                return bytes(source.read(most))
        except FileNotFoundError:
            return None


def put(path: Path, place: str) -> None:
    """Put a file in place, whole or not at all. Raises OutputError: place_unwritable."""
    with _speaking(place, writing=True):
        at = opened(place)
        if at.kind == "file":
            target = Path(at.path)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with placed(target) as draft:
                shutil.copyfile(path, draft)
        elif at.kind in _ATOMIC:
            at.system.put_file(str(path), at.path)
        else:
            folder, _, name = at.path.rpartition("/")
            at.system.makedirs(folder, exist_ok=True)
            draft_path = f"{folder}/.{name}.{uuid.uuid4().hex}"
            try:
                at.system.put_file(str(path), draft_path)
                at.system.mv(draft_path, at.path)
            except BaseException:
                with suppress(Exception):
                    at.system.rm_file(draft_path)
                raise


def put_text(data: bytes, place: str) -> None:
    """Put a small file in place, whole or not at all. Raises OutputError: place_unwritable."""
    from pipeline.season.places.scratch import scratch

    with scratch() as work:
        (work / "text").write_bytes(data)
        put(work / "text", place)


def create(data: bytes, place: str) -> bool:
    """Put a small file where there must be none; False if there is one."""
    with _speaking(place, writing=True):
        at = opened(place)
        if at.kind == "file":
            target = Path(at.path)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            if at.kind == "file":
                with target.open("xb") as stream:
                    stream.write(data)
            else:
                at.system.pipe_file(at.path, data, mode="create")
        except FileExistsError:
            return False
    return True


def remove(place: str) -> None:
    """Remove a file, if it is there."""
    with _speaking(place, writing=True):
        at = opened(place)
        with suppress(FileNotFoundError):
            at.system.rm_file(at.path)
