"""A review room in a process of its own, for a real browser:
`python -m tests.review.browser.serving local OUT [LAST]` or `… office DATABASE OUT…`.

Prints each one-time link (`link URL`) or the address (`at URL`), a line each.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.cli.originals import Originals
from pipeline.review.serve import Where, local_office, serve, shared_office


def main(kind: str, *words: str) -> None:
    with Originals() as originals:
        if kind == "local":
            office = local_office(Path(words[0]), originals.show, originals.original, "zh",
                                  lambda token: None, Path(words[1]) if words[1:] else None)
            link = office.link
            assert link is not None
            link.told_by(lambda token: print(
                f"link http://127.0.0.1:{office.port}/enter?once={token}", flush=True))
            serve(office, Where(), lambda address: link.make(office.now()) and None)
        else:
            office = shared_office(words[0], [Path(one) for one in words[1:]], originals.show,
                                   originals.original, "zh", False, print)
            serve(office, Where(), lambda address: print(f"at {address}", flush=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
