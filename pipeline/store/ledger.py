"""The ledger of one screening: every file's one status and reason, and the evidence found in it.

An SQLite file in OUT, made anew by each run, so that memory stays flat however many papers there
are: what is found goes to disk as it is found, and reports read it back row by row. Every reader
here yields plain dicts in the shape of `coverage.json`.
"""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from pipeline.errors import InputError
from pipeline.privacy import mask

Row = dict[str, Any]

FORMAT = 3
"""Of the tables; a ledger of another format is not read, but screened anew."""

_TABLES = """
CREATE TABLE header (key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE file (
    number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, status TEXT NOT NULL, reason TEXT,
    record BLOB NOT NULL, found TEXT, valid_until TEXT
);
CREATE TABLE passage (
    id TEXT NOT NULL, file INTEGER NOT NULL, ordinal INTEGER NOT NULL, text TEXT NOT NULL,
    record BLOB NOT NULL
);
CREATE INDEX passage_id ON passage (id);
CREATE INDEX passage_file ON passage (file, ordinal);
CREATE TABLE fingerprint (
    file INTEGER PRIMARY KEY, minima BLOB NOT NULL, length INTEGER NOT NULL, exact TEXT NOT NULL
);
CREATE TABLE picture (
    file INTEGER NOT NULL, page INTEGER NOT NULL, likeness TEXT NOT NULL, PRIMARY KEY (file, page)
) WITHOUT ROWID;
CREATE TABLE evidence (
    item TEXT NOT NULL, rank INTEGER NOT NULL, votes INTEGER NOT NULL, file INTEGER NOT NULL,
    ordinal INTEGER NOT NULL, counts INTEGER NOT NULL, passage TEXT NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (item, rank, votes, file, ordinal)
) WITHOUT ROWID;
CREATE TABLE entry (
    kind TEXT NOT NULL, number INTEGER NOT NULL, record BLOB NOT NULL, PRIMARY KEY (kind, number)
);
"""

StoreError = sqlite3.Error

STARTED = "started"
"""The status of a file that is being read; none may be left when the run ends."""


class Ledger:
    """The ledger file, open. Rows are written in one transaction that `done` commits."""

    def __init__(self, place: Path, *, fresh: bool = False) -> None:
        if fresh:
            place.unlink(missing_ok=True)
        self._base = sqlite3.connect(place, isolation_level=None)
        if fresh:
            # It is made anew by every run and worth nothing half written: no journal needed.
            self._base.executescript(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-4000;"
                + _TABLES + f"PRAGMA user_version={FORMAT};"
            )

    def __enter__(self) -> Ledger:
        self._base.execute("BEGIN")
        return self

    def __exit__(self, *_: object) -> None:
        if self._base.in_transaction:
            self._base.execute("COMMIT")
        self._base.close()

    # --- writing ------------------------------------------------------------------------------

    def put_header(self, header: Mapping[str, Any]) -> None:
        """What stands above everything: rubric, unit, period, versions."""
        rows = [(key, orjson.dumps(_as_kept(value))) for key, value in header.items()]
        self._base.executemany("INSERT OR REPLACE INTO header VALUES (?, ?)", rows)

    def start_file(self, number: int, path: str) -> None:
        """Before a file is opened: it stands as started until a complete record replaces it."""
        self._base.execute("INSERT INTO file VALUES (?, ?, ?, NULL, '{}', '[]', NULL)",
                           (number, path, STARTED))

    def finish_file(self, number: int, record: Row, passages: str = "[]", found: str = "[]",
                    valid_until: str | None = None, fingerprint: Row | None = None) -> None:
        """The complete record of a file (shape of `files[]`); all its passages, as JSON text of
        {"passage", "text", "headings", "places", "kind"}; the tagged ones among them, likewise; its
        fingerprint {"minima" (base64), "length", "exact"}, if it has words. What stood of it before
        (its pages of pictures were still to be recognised) is replaced."""
        self._base.execute(
            "UPDATE file SET status=?, reason=?, record=?, found=?, valid_until=? WHERE number=?",
            (record["status"], record["reason"], orjson.dumps(record), found, valid_until, number),
        )
        self._base.execute("DELETE FROM passage WHERE file=?", (number,))
        if fingerprint:
            self._base.execute(
                "INSERT OR REPLACE INTO fingerprint VALUES (?, ?, ?, ?)",
                (number, b64decode(fingerprint["minima"]), fingerprint["length"],
                 fingerprint["exact"]))
        self._base.executemany(
            "INSERT INTO passage VALUES (?, ?, ?, ?, ?)",
            ((row.pop("passage"), number, ordinal, row.pop("text"), orjson.dumps(row))
             for ordinal, row in enumerate(orjson.loads(passages))),
        )

    def put_pictures(self, number: int, pictures: Iterable[Row]) -> None:
        """What the pictures of a file look like: {"page", "likeness"}."""
        self._base.executemany(
            "INSERT OR REPLACE INTO picture VALUES (?, ?, ?)",
            ((number, row["page"], row["likeness"]) for row in pictures))

    def add_flags(self, path: str, details: list[Row]) -> None:
        """Flags that only showed beside other papers."""
        record = self._record(path)
        record["flags"] += [detail["code"] for detail in details]
        record["flag_details"] += details
        self._replace(path, record)

    def set_same_as(self, path: str, other: str) -> None:
        """This file is another form of the paper at `other`, which counts."""
        self._replace(path, {**self._record(path), "same_as": other})

    def set_duplicate(self, path: str, first: str) -> None:
        """This file has the bytes of the one at `first`, which counts: nothing is found in it."""
        record = self._record(path) | {
            "status": "duplicate", "reason": "same_bytes", "same_as": first, "title": "",
            "document_type": None, "issuer": None, "number": None, "dated": None,
            "dated_from": None, "pages": None, "flags": [], "flag_details": [],
        }
        self._base.execute(
            "UPDATE file SET status=?, reason=?, record=?, found='[]' WHERE path=?",
            (record["status"], record["reason"], orjson.dumps(record), path),
        )
        for table in ("passage", "fingerprint", "picture"):
            self._base.execute(
                f"DELETE FROM {table} WHERE file=(SELECT number FROM file WHERE path=?)", (path,))

    def _record(self, path: str) -> Row:
        (record,) = self._base.execute("SELECT record FROM file WHERE path=?", (path,)).fetchone()
        row: Row = orjson.loads(record)
        return row

    def _replace(self, path: str, record: Row) -> None:
        self._base.execute("UPDATE file SET record=? WHERE path=?", (orjson.dumps(record), path))

    def put_evidence(self, rows: Iterator[tuple[str, int, int, int, int, Row]]) -> None:
        """Evidence: (indicator or duty, rank, votes, file number, ordinal, record)."""
        self._base.executemany(
            "INSERT INTO evidence VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            ((item, rank, -votes, file, ordinal, record["counts"], record["passage"],
              orjson.dumps(record))
             for item, rank, votes, file, ordinal, record in rows),
        )

    def put_entry(self, kind: str, number: int, record: Row) -> None:
        """The proposal for an indicator or duty (shape of `indicators[]` without its evidence)."""
        self._base.execute("INSERT INTO entry VALUES (?, ?, ?)",
                           (kind, number, orjson.dumps(record)))

    # --- reading ------------------------------------------------------------------------------

    def header(self, *keys: str) -> Row:
        """What `put_header` was given: all of it, or what stands under these keys."""
        rows = self._base.execute("SELECT key, value FROM header ORDER BY rowid")
        return {key: _as_put(orjson.loads(value)) for key, value in rows
                if not keys or key in keys}

    def files(self) -> Iterator[Row]:
        """Every file's record, by path."""
        for (record,) in self._base.execute("SELECT record FROM file ORDER BY path"):
            yield orjson.loads(record)

    def found(self) -> Iterator[tuple[int, Row, list[Row], str | None]]:
        """Every paper with something found, by path: (its place among them, record, found,
        valid_until)."""
        rows = self._base.execute(
            "SELECT record, found, valid_until FROM file WHERE found <> '[]' ORDER BY path"
        )
        for place, (record, found, valid_until) in enumerate(rows):
            yield place, orjson.loads(record), orjson.loads(found), valid_until

    def fingerprints(self) -> Iterator[tuple[Row, bytes, int, str]]:
        """Every paper with words, by path: (its record, minima, length, exact), the latter three
        as in `integrity.Fingerprint`. Duplicates, being the same bytes, are not among them."""
        for record, minima, length, exact in self._base.execute(
            "SELECT record, minima, length, exact FROM fingerprint "
            "JOIN file ON file.number=fingerprint.file ORDER BY path"
        ):
            yield orjson.loads(record), minima, length, exact

    def pictures(self) -> Iterator[tuple[str, int, str]]:
        """What every picture looks like, by path and page: (path, page, likeness)."""
        yield from self._base.execute(
            "SELECT path, page, likeness FROM picture "
            "JOIN file ON file.number=picture.file ORDER BY path, page")

    def texts(self) -> Iterator[tuple[str, str, str, str]]:
        """Every passage by path and ordinal: (path, id, kind, text), without its places."""
        yield from self._base.execute(
            "SELECT file.path, id, json_extract(CAST(passage.record AS TEXT), '$.kind'), text "
            "FROM file JOIN passage ON passage.file=file.number ORDER BY file.path, ordinal")

    def statuses(self) -> dict[str, int]:
        """How many files have which status, `started` among them if a record is missing."""
        return dict(self._base.execute("SELECT status, count(*) FROM file GROUP BY status"))

    def reasons(self) -> set[str]:
        """The reasons that any file has."""
        rows = self._base.execute("SELECT DISTINCT reason FROM file WHERE reason IS NOT NULL")
        return {reason for (reason,) in rows}

    def pages_of_pictures(self) -> Row:
        """How many pages were recognised from their pictures, and how many still wait."""
        recognised = pending = 0
        for row in self.files():
            recognised += row["pages_recognised"]
            pending += row["pages_pending"]
        return {"recognised": recognised, "pending": pending}

    def file(self, path: str) -> Row | None:
        """The record of the file at this path."""
        row = self._base.execute("SELECT record FROM file WHERE path=?", (path,)).fetchone()
        return orjson.loads(row[0]) if row else None

    def file_by_hash(self, start: str) -> Row | None:
        """The record of the first file by path whose hash begins with these hex digits; of files
        with the same bytes the one that counts."""
        row = self._base.execute(
            "SELECT record FROM file WHERE json_extract(CAST(record AS TEXT), '$.sha256') "
            "BETWEEN ? AND ? ORDER BY status='duplicate', path LIMIT 1", (start, start + "g"),
        ).fetchone()
        return orjson.loads(row[0]) if row else None

    def words(self, path: str) -> str:
        """The words of a paper: the texts of its passages, a line each."""
        return "\n".join(row["text"] for row in self.passages(path))

    # --- reading passages ---------------------------------------------------------------------

    def passages(self, path: str) -> Iterator[Row]:
        """All passages of the paper at this path, in their order."""
        yield from map(_passage, self._base.execute(
            f"{_PASSAGES} WHERE file.path=? ORDER BY ordinal", (path,)))

    def passage_count(self) -> int:
        """How many passages there are."""
        (count,) = self._base.execute("SELECT count(*) FROM passage").fetchone()
        return int(count)

    def passage(self, id: str) -> Row | None:
        """A passage: {"passage", "path", "text", "headings", "places", "kind"}."""
        row = self._base.execute(f"{_PASSAGES} WHERE id=? ORDER BY path LIMIT 1", (id,)).fetchone()
        return _passage(row) if row else None

    def search(self, words: str, limit: int) -> Iterator[Row]:
        """Passages with these words, by path; white space and the width of letters do not matter.
        What is masked on the screen is not found: nobody is looked up here."""
        wanted, left = _folded(words), limit
        rows = self._base.execute(f"{_PASSAGES} ORDER BY path, ordinal") if wanted else ()
        for row in rows:
            if wanted in _folded(row[2]) and wanted in _folded(mask(row[2])):
                yield _passage(row)
                left -= 1
                if not left:
                    return

    def untagged(self) -> list[str]:
        """The passages that no indicator proposes, in their order."""
        return [id for (id,) in self._base.execute(
            "SELECT DISTINCT id FROM passage WHERE id NOT IN (SELECT passage FROM evidence) "
            "ORDER BY file, ordinal")]

    def entries(self, kind: str) -> Iterator[Row]:
        """The proposals for `indicators` or `duties`, in the rubric's order."""
        for (record,) in self._base.execute(
            "SELECT record FROM entry WHERE kind=? ORDER BY number", (kind,)
        ):
            yield orjson.loads(record)

    def evidence(self, item: str, counts: bool | None = None) -> Iterator[Row]:
        """The evidence of an indicator or duty: result, done, plan; more rules first; by place;
        where `counts` is given only what counts, or only what does not."""
        for (record,) in self._base.execute(
            "SELECT record FROM evidence WHERE item=? AND counts=ifnull(?, counts) "
            "ORDER BY rank, votes, file, ordinal", (item, counts),
        ):
            yield orjson.loads(record)

    def counted(self, item: str) -> tuple[int, int]:
        """How many pieces of evidence an indicator or duty has, and how many of them count."""
        found: tuple[int, int] = self._base.execute(
            "SELECT count(*), coalesce(sum(counts), 0) FROM evidence WHERE item=?", (item,)
        ).fetchone()
        return found


_PASSAGES = ("SELECT id, file.path, text, passage.record FROM passage "
             "JOIN file ON file.number=passage.file")


def _passage(row: tuple[str, str, str, bytes]) -> Row:
    id, path, text, record = row
    return {"passage": id, "path": path, "text": text, **orjson.loads(record)}


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _as_kept(value: Any) -> Any:
    """A path whose bytes are no UTF-8, which JSON cannot hold, as {"bytes": hex}."""
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return {"bytes": os.fsencode(value).hex()}
    return value


def _as_put(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"bytes"}:
        return os.fsdecode(bytes.fromhex(value["bytes"]))
    return value


def checked(out: Path) -> Path:
    """The ledger of a finished run in OUT. Raises InputError: run_unscreened (there is none),
    run_format (another version's), run_unfinished (half written or damaged)."""
    place = out / "ledger.sqlite"
    if not place.is_file():
        raise InputError("run_unscreened", run=out)
    try:
        base = sqlite3.connect(f"{place.absolute().as_uri()}?mode=ro", uri=True)
        try:
            (made,) = base.execute("PRAGMA user_version").fetchone()
            if made != FORMAT:
                raise InputError("run_format", run=out)
            done = base.execute("SELECT 1 FROM header WHERE key='key'").fetchone()
        finally:
            base.close()
    except sqlite3.Error:
        done = None
    if not done:
        raise InputError("run_unfinished", run=out)
    return place
