"""`zuozheng tag`: passages in, a line each; their tags out, in the same order."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.frame import App
from pipeline.errors import InputError
from pipeline.language import say

if TYPE_CHECKING:
    from pipeline.tag import Tagger

AT_ONCE = 256
"""Passages: enough that the model is asked seldom, few enough that memory stays flat."""
MAX_LINE = 16 * 1024 * 1024


def add_to(app: App) -> None:
    """Add the command."""

    def tag(
        rubric: Annotated[str, typer.Option("--rubric", "-r", help=say("help.rubric_name"))],
        file: Annotated[Path | None, typer.Argument(metavar="FILE.jsonl", readable=False,
                                                    help=say("help.jsonl"))] = None,
        model: Annotated[Path | None, typer.Option(metavar="DIR", help=say("help.model"))] = None,
        low: Annotated[bool, typer.Option("--low", help=say("help.low"))] = False,
    ) -> int:
        if file is None:
            return _answer(sys.stdin.buffer, "-", rubric, model, low)
        try:
            lines = file.open("rb")
        except OSError as error:
            raise InputError("file_unreadable", file=file, why=error.strerror) from None
        with lines:
            return _answer(lines, str(file), rubric, model, low)

    app.command("tag", tag)


def _answer(lines: Iterable[bytes], name: str, rubric: str, model: Path | None, low: bool) -> int:
    import orjson

    from pipeline.rubric.load import load
    from pipeline.tag import tagger
    from pipeline.tag.folder import of

    trained = of(model)
    # Duties stand outside the table of indicators: a passage is tagged with indicators alone.
    ready = tagger(load(rubric).model_copy(update={"duties": ()}), trained,
                   trained.low if low else None)
    out = sys.stdout.buffer
    for some in _batches(_passages(lines, name)):
        for told in _tagged(some, ready):
            out.write(orjson.dumps(told) + b"\n")
    out.flush()
    return 0


def _passages(lines: Iterable[bytes], name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, start=1):
        line = line.removeprefix(b"\xef\xbb\xbf")
        if line.strip():
            yield _passage(line, number, name)


def _batches(passages: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """So many at a time; what stood before a broken line is answered before it is named."""
    some: list[dict[str, Any]] = []
    try:
        for one in passages:
            some.append(one)
            if len(some) == AT_ONCE:
                yield some
                some = []
    except InputError:
        yield some
        raise
    yield some


def _passage(line: bytes, number: int, name: str) -> dict[str, Any]:
    """One line, checked: {"id", "text", "title"?, "headings"?, "document_type"?}."""
    import orjson

    def bad(why: str) -> InputError:
        return InputError("bad_line", file=name, line=number, why=why)

    if len(line) > MAX_LINE:
        raise bad(say("gold.long"))
    try:
        given = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise bad(say("gold.not_json", column=error.colno)) from None
    if not isinstance(given, dict):
        raise bad(say("line.not_object"))
    headings = given.get("headings") or []
    if "id" not in given:
        raise bad(say("field.missing", field="id"))
    for field, value in (("text", given.get("text")), ("title", given.get("title") or ""),
                         ("document_type", given.get("document_type") or "other")):
        if not isinstance(value, str):
            raise bad(say("gold.text", field=field))
    if not isinstance(headings, list) or not all(isinstance(one, str) for one in headings):
        raise bad(say("gold.list", field="headings"))
    return given


def _tagged(given: list[dict[str, Any]], ready: Tagger) -> Iterator[dict[str, Any]]:
    from pipeline.describe import type_of_title, unsupported
    from pipeline.evidence import Passage
    from pipeline.tag.model import Seen
    from pipeline.tag.stage import furthest

    seen = []
    for one in given:
        title = one.get("title") or ""
        kind = one.get("document_type") or type_of_title(title) or "other"
        seen.append(Seen(one["text"], title, tuple(one.get("headings") or ()), kind))
    for one, tags in zip(given, ready.tags(seen), strict=True):
        # Nothing is said of a script that nothing here reads, and that is said.
        foreign = unsupported([Passage("", one["text"], ())])
        yield {
            "id": one["id"],
            **({"reason": "unsupported_script"} if foreign else {}),
            "tags": [
                {
                    "indicator": tag.indicator,
                    "confidence": tag.confidence,
                    "cast_by": [vote.cast_by for vote in tag.votes],
                    "matched": sorted({span for vote in tag.votes if not vote.theme
                                       for span in vote.matched}),
                    "because": sorted({span for vote in tag.votes if vote.theme
                                       for span in vote.matched}),
                }
                for tag in tags
            ],
            "stage": furthest([tag.stage for tag in tags]) if tags else "none",
        }
