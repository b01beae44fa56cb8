"""`zuozheng rules report`: what each rule of a rubric reaches, and how often it is right."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.frame import App
from pipeline.cli.pipes import piped
from pipeline.errors import OutputError
from pipeline.language import say

if TYPE_CHECKING:
    from pipeline.learn.rules import RuleFacts


def add_to(app: App) -> None:
    """Add the group."""
    group = app.group("rules")

    def report(
        rubric: Annotated[str, typer.Argument(metavar="RUBRIC", help=say("help.rubric_name"))],
        gold: Annotated[Path | None, typer.Option("--gold", readable=False,
                                                  help=say("help.rules_gold"))] = None,
        out: Annotated[Path | None, typer.Option("--out", "-o", help=say("help.rules_out"))] = None,
    ) -> None:
        _run(rubric, gold, out)

    app.command("report", report, group)


def _run(name: str, gold: Path | None, out: Path | None) -> None:
    from pipeline.learn import rules
    from pipeline.rubric.load import load
    from pipeline.tag.folder import directory

    rubric = load(name)
    some = rules.of_gold(rubric, gold) if gold else rules.of_corpus(rubric, directory() / "corpus")
    told = rules.report(rubric, some)
    if out is not None:
        source = f"gold: {gold.name}" if gold else "synthetic training corpus"
        _keep(out, rules.as_csv(told, rubric, source))
    data = say("rules.gold", file=gold.name) if gold else say("rules.corpus")
    print(f"# {say('rules.title', title=rubric.title, id=rubric.id)}\n")
    print(say("rules.data", data=data, passages=len(some.votes)))
    print(say("rules.meaning") + "\n")
    print("\n".join(_table(told)))
    never = [f"{one.indicator} {one.rule}" for one in told if not one.votes]
    idle = sorted({rule.id for rule in rubric.rules}
                  - {rule for item in rubric.items for rule in item.rules})
    for key, names in (("rules.never", never), ("rules.idle", idle)):
        if names:
            print(f"\n{say(key, count=len(names), rules=say('list.comma').join(names))}")
    if not any(one.judged for one in told):
        print(say("rules.unjudged"), file=sys.stderr)


def _keep(out: Path, text: str) -> None:
    from pipeline.store.outputs import placed

    try:
        with placed(out) as draft:
            # A spreadsheet takes a file for UTF-8 when its mark says so.
            draft.write_text(text, "utf-8-sig")
    except OSError as error:
        raise OutputError("table_unwritable", out=out, why=error.strerror or error) from None
    except OutputError as error:
        raise OutputError("table_unwritable", **error.args_) from None
    print(say("rules.written", path=out), file=sys.stderr)


def _table(told: list[RuleFacts]) -> list[str]:
    rows = [[say(f"rules.{name}") for name in ("indicator", "rule", "votes", "reach", "overlap",
                                                "judged", "nothing", "elsewhere", "precision")]]
    for one in told:
        rows.append([
            one.indicator, one.rule, str(one.votes), f"{one.reach:.1%}", _percent(one.overlap),
            str(one.judged), str(one.nothing), str(one.elsewhere),
            "—" if one.precision is None
            else f"{one.precision:.2f} [{one.low:.2f}, {one.high:.2f}]"])
    return list(piped(rows))


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.0%}"
