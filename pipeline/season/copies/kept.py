"""A unit's part, kept beside its ledger by whoever screened the unit.

So the parts are made by all workers of a season at once, each once, and a season of which one unit
has changed is compared anew without any other unit's papers being read again.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from pipeline.season.copies.part import Part, part
from pipeline.store.ledger import Ledger
from pipeline.store.outputs import PART, placed

_ARRAYS = ("codes", "starts", "paper", "ids", "quoted", "form", "received")


def keep(ledger: Path, name: str) -> None:
    """Make the part of the unit whose ledger this is, and put it beside that. Raises sqlite3.Error
    (`store.ledger.StoreError`) where the ledger is damaged, OutputError."""
    for draft in ledger.parent.glob(f".{PART}.*"):
        draft.unlink(missing_ok=True)  # of one who was killed over it
    made = part(ledger, name)
    said = {"key": _key(ledger, name), "papers": made.papers, "pictures": made.pictures,
            "rubric": made.rubric}
    with placed(ledger.with_name(PART)) as draft, draft.open("wb") as file:
        np.savez_compressed(file, said=np.frombuffer(orjson.dumps(said), dtype=np.uint8),
                            **{one: getattr(made, one) for one in _ARRAYS})


def known(ledger: Path, name: str) -> Part:
    """The part of the unit whose ledger this is: the one that was kept, if this code made it of
    this very ledger; made now if not, and not kept. Raises sqlite3.Error."""
    key = _key(ledger, name)
    # There may be none, or a damaged one, which numpy and zip say in many ways.
    with suppress(Exception), np.load(ledger.with_name(PART), allow_pickle=False) as kept:
        said = orjson.loads(kept["said"].tobytes())
        if said["key"] == key:
            arrays: dict[str, NDArray[np.generic]] = {one: kept[one] for one in _ARRAYS}
            pictures = [(path, page, likeness) for path, page, likeness in said["pictures"]]
            return Part(papers=said["papers"], pictures=pictures, rubric=said["rubric"],
                        **arrays)  # type: ignore[arg-type]
    return part(ledger, name)


def _key(ledger: Path, name: str) -> str:
    from pipeline.screen.unit import code

    with Ledger(ledger) as of:
        return f"{code()} {made_of(of)} {name}"


def made_of(ledger: Ledger) -> str:
    """What tells a unit's ledger from any other: the papers and how they were to be read, and what
    came of it, which is another thing where what could not be read was tried again."""
    header = ledger.header("key", "outputs")
    return " ".join([str(header.get("key")), *sorted(header.get("outputs", {}).values())])
