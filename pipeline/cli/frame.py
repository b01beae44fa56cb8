"""What all commands share: the typer application, its help, and how errors are told."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from pipeline import __version__
from pipeline.errors import EXIT_USAGE, RubricError, ZuozhengError
from pipeline.language import say

_SHAPE: dict[str, Any] = {
    "rich_markup_mode": None, "add_completion": False, "pretty_exceptions_enable": False,
    "no_args_is_help": True, "context_settings": {"help_option_names": ["--help", "-h"]},
}


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


class App:
    """The typer application; a call runs one command line and returns its exit code."""

    def __init__(self) -> None:
        self.typer = typer.Typer(**_SHAPE)
        self.typer.callback(help=say("help"))(_everywhere)

    def command(self, name: str, does: Callable[..., int | None], group: typer.Typer | None = None
                ) -> None:
        """Add a command; its help is `help.<name>`, with an example."""
        prefix = f"{group.info.name}_" if group is not None else ""
        (group or self.typer).command(name, help=say(f"help.{prefix}{name}"))(does)

    def group(self, name: str) -> typer.Typer:
        """Add a group of commands."""
        inner = typer.Typer(name=name, help=say(f"help.{name}"), **_SHAPE)
        self.typer.add_typer(inner)
        return inner

    def __call__(self, words: list[str]) -> int:
        try:
            code = self.typer(words, prog_name="zuozheng", standalone_mode=False)
        except Exception as error:
            if not hasattr(error, "format_message"):
                raise
            if type(error).__name__ == "NoArgsIsHelpError":
                print(error.format_message())
            else:
                print(say("usage", what=_in_words(error)), file=sys.stderr)
            return EXIT_USAGE
        return code if isinstance(code, int) else 0


def _in_words(error: Any) -> str:
    """An error of usage in our words, where typer has English ones."""
    kind, param = type(error).__name__, getattr(error, "param", None)
    name = "" if param is None else param.opts[0]
    name = name if name.startswith("-") else (getattr(param, "metavar", None) or name.upper())
    if kind == "MissingParameter":
        return say("usage.missing", name=name)
    if kind == "NoSuchOption":
        return say("usage.no_option", name=error.option_name)
    if kind == "BadParameter":
        return say("usage.bad_value", name=name, why=error.message)
    words: str = error.format_message()
    return words


def _everywhere(
    version: Annotated[
        bool, typer.Option("--version", help=say("help.version"), is_eager=True)
    ] = False,
    lang: Annotated[str, typer.Option("--lang", help=say("help.lang"))] = "zh",
) -> None:
    if version:
        print(f"zuozheng {__version__}")
        raise typer.Exit


def told(error: ZuozhengError) -> None:
    """Say an error on stderr: what is wrong, then the next thing to do."""
    # A name from the disk may hold control characters: on a terminal they would be obeyed.
    fill: dict[str, Any] = {name: _CONTROL.sub("\ufffd", str(value))
                            for name, value in error.args_.items()}
    print(say(f"error.{error.key}", **fill), file=sys.stderr)
    if isinstance(error, RubricError):
        problems: Any = error.args_.get("problems", ())
        for problem in problems:
            print(f"  {problem}", file=sys.stderr)
