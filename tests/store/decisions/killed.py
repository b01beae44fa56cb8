"""A program that decides until it is killed: each decision's number is printed once it was
acknowledged. `python killed.py PLACE FIRST`."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.store.decisions import append, opened, writing
from tests.store.decisions.made import write

UNIT = "0123456789abcdef"


def main(place: str, first: int) -> None:
    engine = opened(place if "://" in place else Path(place))
    number = first
    while True:
        with writing(engine) as conn:
            append(conn, write(UNIT, subject=f"Y01|p:{number}", key=f"k{number}"))
        print(number, flush=True)
        number += 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
