"""The search for copies on a cluster: signatures go out in stretches, come together by band, and
the pairs that met come back. What is found is what `copies.search.candidates` finds here.

Only signatures cross, no words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from pipeline.errors import WorkerError
from pipeline.season.copies import pairs as meet
from pipeline.season.copies import search, signature
from pipeline.season.engine import desk
from pipeline.season.engine.cluster import Cluster, present

STRETCH = 65_536
"""Passages whose signatures cross together: 40 MB."""
PARTS_A_WORKER = 4
TRIES = 3
"""Times that the whole is begun when workers go in its middle; then it is done here."""
SECONDS = 900.0
"""For one try."""
_ABOUT = ("zuozheng", "code")

Signatures = NDArray[np.uint32]
Mapped = Callable[[bytes, int], list[bytes]]
Reduced = Callable[[int, list[bytes]], bytes]


def candidates(over: Cluster, values: Signatures, enough: NDArray[np.bool_],
               unit: NDArray[np.int32]) -> meet.Pairs:
    """As `copies.search.candidates`, by the workers of a cluster."""
    rows = np.flatnonzero(enough)
    if not len(rows):
        return np.empty((0, 2), dtype=np.int64)

    def stretches() -> Iterator[bytes]:
        for first in range(0, len(rows), STRETCH):
            some = rows[first : first + STRETCH]
            yield _packed(unit[some].astype(np.int32), some, np.asarray(values[some]))

    found = []
    for _, data in shuffled(over, keys, meeting, stretches, signature.BANDS):
        near = np.frombuffer(data, dtype=np.int64).reshape(-1, 2)
        found.append(near[signature.alike(values, near) >= search.LIKELY])
    return meet.distinct(np.concatenate(found))


def keys(stretch: bytes, parts: int) -> list[bytes]:
    """Of a stretch of signatures for each part: units, places, and the keys of the part's bands."""
    units, rows, rest = _unpacked(stretch)
    values = np.frombuffer(rest, dtype=np.uint32).reshape(len(rows), signature.VALUES)
    return [_packed(units, rows, np.concatenate([signature.band(values, number)
                                                 for number in _bands(part, parts)]))
            for part in range(parts)]


def meeting(part: int, pieces: list[bytes]) -> bytes:
    """The pairs that meet in the bands of one part: all stretches' pieces of it, in their order."""
    opened = [_unpacked(piece) for piece in pieces]
    units = np.concatenate([one[0] for one in opened])
    rows = np.concatenate([one[1] for one in opened])
    tables = [np.frombuffer(rest, dtype=np.uint64).reshape(-1, len(its))
              for _, its, rest in opened]
    found = [meet.meeting(np.concatenate([table[number] for table in tables]), units, rows)
             for number in range(len(tables[0]))]
    return meet.distinct(np.concatenate(found)).tobytes()


def _bands(part: int, parts: int) -> range:
    return range(part, signature.BANDS, parts)


def _packed(units: NDArray[np.int32], rows: NDArray[np.int64], rest: NDArray[Any]) -> bytes:
    head = len(rows).to_bytes(8, "little")
    return b"".join((head, rows.astype(np.int64).tobytes(), units.tobytes(), rest.tobytes()))


def _unpacked(data: bytes) -> tuple[NDArray[np.int32], NDArray[np.int64], memoryview]:
    count, whole = int.from_bytes(data[:8], "little"), memoryview(data)
    rows = np.frombuffer(whole[8 : 8 + 8 * count], dtype=np.int64)
    units = np.frombuffer(whole[8 + 8 * count : 8 + 12 * count], dtype=np.int32)
    return units, rows, whole[8 + 12 * count :]


# --- the shuffle itself -------------------------------------------------------------------------


def shuffled(over: Cluster | None, mapped: Mapped, reduced: Reduced,
             items: Callable[[], Iterator[bytes]], most: int) -> list[tuple[int, bytes]]:
    """`reduced(part, pieces)` of every part, where `pieces` are what `mapped(item, parts)` gave for
    it, in the order of the items; in order of the parts, of which there are `most` at most.

    Both are named functions of this package. Without a cluster, or when it cannot be done there, it
    is done here: the same comes out.
    """
    for _ in range(TRIES if over is not None else 0):
        assert over is not None
        there = _alike(over)
        if not there:
            break
        try:
            return _tried(over, mapped, reduced, items, min(most, PARTS_A_WORKER * len(there)),
                          there)
        except Exception as error:  # a worker went with its share, or the scheduler did
            over.note(f"shuffle begun again: {type(error).__name__}")
    parts = min(most, PARTS_A_WORKER)
    pieces = [mapped(item, parts) for item in items()]
    return [(part, reduced(part, [one[part] for one in pieces])) for part in range(parts)]


def _tried(over: Cluster, mapped: Mapped, reduced: Reduced, items: Callable[[], Iterator[bytes]],
           parts: int, there: Sequence[str]) -> list[tuple[int, bytes]]:
    client, held = over.client, []
    for number, item in enumerate(items()):
        place = [there[number % len(there)]]
        sent = client.scatter(item, workers=place, hash=False, direct=False)
        held.append(client.submit(mapped, sent, parts, workers=place, pure=False))
        if number % len(there) == len(there) - 1:
            held[-len(there)].result(timeout=SECONDS)  # no more under way than there are workers
    done = []
    for part in range(parts):
        pieces = [client.submit(_piece, one, part, pure=False, workers=list(there))
                  for one in held]
        done.append(client.submit(reduced, part, pieces, pure=False, workers=list(there)))
    return [(part, one.result(timeout=SECONDS)) for part, one in enumerate(done)]


def _piece(pieces: list[bytes], part: int) -> bytes:
    return pieces[part]


def _alike(over: Cluster) -> list[str]:
    """The workers that are as we are; the others are refused by name."""
    wanted = desk.about()
    found = []
    for address in sorted(present(over)):
        if address in over.refused:
            continue
        asked = over.client.submit(desk.about, workers=[address], pure=False)
        try:
            said = orjson.loads(asked.result(timeout=60))
        except Exception:
            said = {}
        if said == orjson.loads(wanted):
            found.append(address)
        else:
            over.refused[address] = "; ".join(f"{name}: {said.get(name, '-')}" for name in _ABOUT)
            over.note(f"refused: {address} {over.refused[address]}")
    if not found and over.refused:
        raise WorkerError("cluster_unlike", workers="; ".join(sorted(over.refused)[:5]))
    return found
