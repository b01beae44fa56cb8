"""`zuozheng tag`: passages in, a line each; their tags out, in the same order."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli.frame import App
from pipeline.errors import InputError
from pipeline.language import say

MAX_LINE = 16 * 1024 * 1024


def add_to(app: App) -> None:
    """Add the command."""

    def tag(
        rubric: Annotated[str, typer.Option("--rubric", "-r", help=say("help.rubric_name"))],
        file: Annotated[Path | None, typer.Argument(metavar="[FILE.jsonl]", readable=False,
                                                    help=say("help.jsonl"))] = None,
    ) -> int:
        if file is None:
            return _answer(sys.stdin.buffer, rubric, "-")
        try:
            lines = file.open("rb")
        except OSError as error:
            raise InputError("file_unreadable", file=file, why=error.strerror) from None
        with lines:
            return _answer(lines, rubric, str(file))

    app.command("tag", tag)


def _answer(lines: Iterable[bytes], rubric: str, name: str) -> int:
    import orjson

    from pipeline.rubric.load import load
    from pipeline.tag import rulebook

    # Duties stand outside the table of indicators: a passage is tagged with indicators alone.
    book = rulebook(load(rubric).model_copy(update={"duties": ()}))
    out = sys.stdout.buffer
    for number, line in enumerate(lines, start=1):
        line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        out.write(orjson.dumps(_tagged(_passage(line, number, name), book)) + b"\n")
    out.flush()
    return 0


def _passage(line: bytes, number: int, name: str) -> dict[str, Any]:
    """One line, checked: {"id", "text", "title"?, "headings"?, "document_type"?}."""
    import orjson

    def bad(why: str) -> InputError:
        return InputError("bad_line", file=name, line=number, why=why)

    if len(line) > MAX_LINE:
        raise bad("> 16 MiB")
    try:
        given = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise bad(str(error)) from None
    if not isinstance(given, dict):
        raise bad(say("line.not_object"))
    headings = given.get("headings") or []
    for field, value, kind in (
        ("text", given.get("text"), str),
        ("title", given.get("title") or "", str),
        ("document_type", given.get("document_type") or "other", str),
        ("headings", headings, list),
    ):
        if not isinstance(value, kind):
            raise bad(say("line.field", field=field, kind=kind.__name__))
    if "id" not in given:
        raise bad(say("line.field", field="id", kind="str"))
    if not all(isinstance(heading, str) for heading in headings):
        raise bad(say("line.field", field="headings", kind="list of str"))
    return given


def _tagged(given: dict[str, Any], book: Any) -> dict[str, Any]:
    from pipeline.describe import type_of_title
    from pipeline.tag import tags_of
    from pipeline.tag.stage import furthest

    headings, title = given.get("headings") or [], given.get("title") or ""
    votes = book.votes(given["text"], headings, title)
    kind = given.get("document_type") or type_of_title(title) or "other"
    tags = tags_of(given["text"], votes, kind, (title, *headings))
    return {
        "id": given["id"],
        "tags": [
            {
                "indicator": one.indicator,
                "confidence": one.confidence,
                "cast_by": [vote.cast_by for vote in one.votes],
                "matched": sorted({span for vote in one.votes for span in vote.matched}),
            }
            for one in tags
        ],
        "stage": furthest([one.stage for one in tags]) if tags else "none",
    }
