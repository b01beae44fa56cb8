"""A stretch of an RTF paper while it is read: what is open of it, and what is done."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.ingest.word.flow import DEEPEST, Cell, Flow, Table, Within

_NO_GAP = "、，。．）】》〕：章节条款"


@dataclass(slots=True)
class Story:
    """A stretch of text with its paragraphs and tables in order: the body, a note, a header."""

    within: Within
    done: list[tuple[str, int, float] | Table | Story] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    size: float = 0.0
    label: str = ""
    tables: list[tuple[Table, list[Cell], Cell]] = field(default_factory=list)
    """For each depth the rows that are done, the open row's cells, and the open cell."""
    later: list[Story] = field(default_factory=list)
    """Text boxes that follow when the paragraph, or the table it is in, has ended."""


def taken(story: Story, in_cell: bool) -> tuple[str, float]:
    """The open paragraph, its number before it."""
    text = "".join(story.text).strip(" \n\t")
    label = story.label.strip()
    if label and (text.strip() or in_cell):
        text = label + ("" if label[-1] in _NO_GAP else " ") + text
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    size, story.size = story.size, 0.0
    story.text, story.label = [], ""
    return text.strip(), size


def opened(story: Story, depth: int) -> Cell:
    """The open cell at a depth; the tables that are missing are opened."""
    while len(story.tables) < depth:
        story.tables.append(([], [], Cell()))
    return story.tables[-1][2]


def close(story: Story, depth: int) -> None:
    """Closes the tables that are deeper."""
    while len(story.tables) > depth:
        rows, cells, cell = story.tables.pop()
        cells += [cell] if any(cell.held) else []
        rows += [cells] if cells else []
        if story.tables and rows:
            story.tables[-1][2].held.append(rows)
        elif rows:
            story.done.append(rows)
            boxes(story)


def boxes(story: Story) -> None:
    """The text boxes that were waiting follow what is done."""
    story.done += story.later
    story.later = []


def emit(story: Story, flow: Flow, depth: int = 0) -> None:
    """What a story holds, as blocks."""
    close(story, 0)
    text, size = taken(story, False)
    story.done.append((text, 0, size))
    boxes(story)
    for each in story.done:
        if isinstance(each, Story):
            if depth < DEEPEST:
                emit(each, flow, depth + 1)
        elif isinstance(each, list):
            flow.table(each, story.within)
        else:
            flow.paragraph(each[0], story.within, each[1], each[2])
