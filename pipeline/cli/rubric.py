"""`zuozheng rubric list | show | check`: what is asked, and whether a rubric file is sound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.frame import App
from pipeline.errors import RubricError
from pipeline.language import say


def add_to(app: App) -> None:
    """Add the group."""
    group = app.group("rubric")

    def list_() -> None:
        from pipeline.rubric.load import available, load

        for name in available():
            rubric = load(name)
            print(say("rubric.line", id=rubric.id, period=rubric.period,
                      count=len(rubric.indicators), title=rubric.title))

    def show(
        rubric: Annotated[str, typer.Argument(metavar="ID", help=say("help.rubric_name"))],
    ) -> None:
        _show(rubric)

    def check(
        file: Annotated[Path, typer.Argument(metavar="FILE", help=say("help.rubric_file"))],
    ) -> None:
        from pipeline.rubric.load import digest, load
        from pipeline.tag.examples import broken_examples

        if not file.is_file():
            raise RubricError("rubric_file_missing", file=file)
        rubric = load(str(file))
        if broken := broken_examples(rubric):
            raise RubricError("rubric_examples", file=file, problems=[
                say("rubric.should_vote" if expected else "rubric.should_abstain",
                    rule=rule, text=text)
                for rule, expected, text in broken
            ])
        print(say("rubric.sound", file=file, indicators=len(rubric.indicators),
                  duties=len(rubric.duties), rules=len(rubric.rules), sha256=digest(rubric)))

    app.command("list", list_, group)
    app.command("show", show, group)
    app.command("check", check, group)


def _show(name: str) -> None:
    """A rubric in words, as a reviewer would want it read out."""
    from pipeline.rubric.load import load

    rubric = load(name)
    print(f"{rubric.title}  [{rubric.id}]")
    print(say("rubric.from", issuer=rubric.issuer, number=rubric.number or "—",
              date=rubric.date or "—", period=rubric.period))
    if rubric.points:
        print(say("rubric.points", points=f"{rubric.points:g}"))
    for title, items in (
        ("rubric.indicators", rubric.indicators), ("rubric.duties", rubric.duties),
    ):
        if items:
            print(f"\n{say(title)}")
        for item in items:
            points = say("rubric.item_points", points=f"{item.points:g}") if item.points else ""
            print(f"  {item.id}  {item.wording}  {item.type or ''} {points} "
                  f"{'、'.join(item.methods)}".rstrip())
            for one in item.requirements:
                must = say("rubric.mandatory") if one.mandatory else ""
                print(f"      {one.link}  {one.wording}  ({one.cadence}, "
                      f"{say('owed_by.' + one.owed_by)}) {must}".rstrip())
