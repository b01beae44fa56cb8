"""A page whose text is turned by quarters, held so that it is upright, and back again.

`turn` is how often the letters are turned to the right, 1 to 3; width and height are those of the
page as it is shown; points from its top left.
"""

from __future__ import annotations

from pipeline.evidence import Box
from pipeline.ingest.ofd.text import OBLIQUE, Run
from pipeline.ingest.pdf.grid import Line


def turn_of(runs: list[Run]) -> int:
    """How most letters of a page are turned: 0 unless another way is clearly the page's own."""
    counts = [0, 0, 0, 0]
    for run in runs:
        if run.turn != OBLIQUE:
            counts[run.turn] += len(run.letters)
    most = max(range(4), key=lambda turn: counts[turn])
    return most if counts[most] > 2 * counts[0] else 0


def upright(box: Box, turn: int, width: float, height: float) -> Box:
    """A box as it stands when the page is held so that its letters are upright."""
    x0, y0, x1, y1 = box
    if turn == 1:
        return (y0, width - x1, y1, width - x0)
    if turn == 2:
        return (width - x1, height - y1, width - x0, height - y0)
    return (height - y1, x0, height - y0, x1)


def back(box: Box, turn: int, width: float, height: float) -> Box:
    """The box on the page as it is shown."""
    x0, y0, x1, y1 = box
    if turn == 1:
        return (width - y1, x0, width - y0, x1)
    if turn == 2:
        return (width - x1, height - y1, width - x0, height - y0)
    return (y0, height - x1, y1, height - x0)


def upright_run(run: Run, turn: int, width: float, height: float) -> Run:
    """A run of a turned page, as it stands once the page is upright."""
    letters = [(letter, upright(box, turn, width, height)) for letter, box in run.letters]
    return Run(letters, run.size, 0, run.stacked)


def upright_lines(
    across: list[Line], down: list[Line], turn: int, width: float, height: float
) -> tuple[list[Line], list[Line]]:
    """The level and the upright lines, as `upright` turns boxes."""
    levels = [upright((x0, y, x1, y), turn, width, height) for y, x0, x1 in across]
    uprights = [upright((x, y0, x, y1), turn, width, height) for x, y0, y1 in down]
    if turn != 2:
        levels, uprights = uprights, levels
    return (
        [(y0, x0, x1) for x0, y0, x1, _ in levels],
        [(x0, y0, y1) for x0, y0, _, y1 in uprights],
    )
