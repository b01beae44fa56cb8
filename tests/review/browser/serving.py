"""Review rooms in a process of their own, for a real browser (`python -m …browser.serving`).

Each line read is an order, as JSON: `{"number", "kind": "local"|"office", "words": […], "last"}`
opens a room on a port of its own; `{"number", "minutes"}` puts its clock on. Each line printed is
an answer: `{"number", "told"}`, with a one-time link, the address, or the minutes.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from pipeline.cli.originals import Originals
from pipeline.review.office import Office, utc
from pipeline.review.serve import Where, local_office, serve, shared_office

_line = Lock()


def tell(number: int, told: str) -> None:
    with _line:
        print(json.dumps({"number": number, "told": told}), flush=True)


def room(number: int, order: dict[str, Any], originals: Originals) -> Office:
    """A room that is served until the process ends."""
    words = [Path(word) for word in order["words"]]
    if order["kind"] == "local":
        last = Path(order["last"]) if order["last"] else None
        office = local_office(words[0], originals.show, originals.original, "zh",
                              lambda token: None, last)
        link = office.link
        assert link is not None
        link.told_by(lambda token: tell(
            number, f"http://127.0.0.1:{office.port}/enter?once={token}"))
        Thread(target=serve, daemon=True, args=(
            office, Where(), lambda address: link.make(office.now()))).start()
    else:
        office = shared_office(str(words[0]), words[1:], originals.show, originals.original, "zh",
                               False, print)
        Thread(target=serve, daemon=True, args=(
            office, Where(), lambda address: tell(number, address))).start()
    return office


def main() -> None:
    rooms: dict[int, Office] = {}
    with Originals() as originals:
        for line in sys.stdin:
            order = json.loads(line)
            number = order["number"]
            if "kind" in order:
                rooms[number] = room(number, order, originals)
            else:
                ahead = timedelta(minutes=order["minutes"])
                rooms[number].now = lambda ahead=ahead: utc() + ahead
                tell(number, str(order["minutes"]))


if __name__ == "__main__":
    main()
