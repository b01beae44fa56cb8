"""What all commands share: the typer application, its help, and how errors are told."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from pipeline import __version__
from pipeline.errors import EXIT_USAGE, RubricError, ZuozhengError
from pipeline.language import say

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_FIRST = re.compile(r".+?(?:。|\.(?=\s|$)|$)")
_SYSTEM = {os.strerror(getattr(errno, name)): f"system.{name}" for name in (
    "ENOENT", "EACCES", "EPERM", "EISDIR", "ENOTDIR", "EEXIST", "EROFS", "ENOSPC", "ENAMETOOLONG",
    "ELOOP", "EIO", "EBUSY", "EMFILE", "EINVAL")}
"""What the system says of a file that cannot be opened, which it says in English alone."""


class _Spoken:
    """What typer says in English whatever the language: the line of usage, the help of --help."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces: list[str] = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=say("usage.prefix"))

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = say("help.help")
        return option


class _Command(_Spoken, TyperCommand):
    pass


class _Group(_Spoken, TyperGroup):
    pass


class App:
    """The typer application; a call runs one command line and returns its exit code."""

    def __init__(self) -> None:
        self._shape: dict[str, Any] = {
            "cls": _Group, "rich_markup_mode": None, "add_completion": False,
            "pretty_exceptions_enable": False, "no_args_is_help": True,
            "context_settings": {"help_option_names": ["--help", "-h"]},
            "options_metavar": say("usage.options"), "subcommand_metavar": say("usage.command"),
        }
        self.typer = typer.Typer(**self._shape)
        self.typer.callback(help=say("help"))(_everywhere)

    def command(self, name: str, does: Callable[..., int | None], group: typer.Typer | None = None
                ) -> None:
        """Add a command; its help is `help.<name>`, with an example."""
        prefix = f"{group.info.name}_" if group is not None else ""
        text = say(f"help.{prefix}{name}")
        first = _FIRST.match(text)
        (group or self.typer).command(
            name, cls=_Command, help=text, short_help=first[0] if first else text,
            options_metavar=say("usage.options"))(does)

    def group(self, name: str) -> typer.Typer:
        """Add a group of commands."""
        inner = typer.Typer(name=name, help=say(f"help.{name}"), **self._shape)
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
        return say("usage.bad_value", name=name, why=_in_our_words(error.message))
    words: str = error.format_message()
    return _in_our_words(words)


_ENGLISH = (
    (re.compile(r".*is not one of (?P<known>.+?)\.?$"), "usage.one_of"),
    (re.compile(r".*greater than or equal to (?P<least>\S+)$"), "usage.at_least"),
    (re.compile(r".*valid integer\b.*"), "usage.integer"),
    (re.compile(r"Option '(?P<name>.+)' requires an argument\.$"), "usage.no_value"),
    (re.compile(r"Option '(?P<name>.+)' does not take a value\.$"), "usage.no_value_taken"),
    (re.compile(r"Got unexpected extra arguments? ?(?:\(s\) )?\((?P<words>.*)\)$"), "usage.extra"),
    (re.compile(r"(?P<what>.*?)[。.]* Did you mean (?P<known>.+)\?$"), "usage.meant"),
)


def _in_our_words(said: str) -> str:
    """What typer says of a command line, in the language spoken; what is not known stays."""
    for pattern, key in _ENGLISH:
        if found := pattern.fullmatch(said):
            return say(key, None, **found.groupdict())
    return said


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
    if (system := _SYSTEM.get(fill.get("why", ""))) is not None:
        fill["why"] = say(system)
    print(say(f"error.{error.key}", **fill), file=sys.stderr)
    if isinstance(error, RubricError):
        problems: Any = error.args_.get("problems", ())
        for problem in problems:
            print(f"  {problem}", file=sys.stderr)
