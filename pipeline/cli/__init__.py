"""The command line: one file for each group of commands.

Data goes to stdout, progress and messages to stderr; every error ends in one message that says the
next thing to do, and in the exit code of `pipeline.errors.EXIT_CODES`.
"""

from __future__ import annotations

import os
import signal
import sys

from pipeline.cli import (
    account,
    batch,
    compare,
    consent,
    doctor,
    evaluate,
    purge,
    record,
    review,
    rubric,
    rules,
    screen,
    season,
    selftest,
    tag,
    train,
    verify,
)
from pipeline.cli.frame import App, told
from pipeline.errors import EXIT_INTERRUPTED, EXIT_USAGE, ZuozhengError
from pipeline.language import choose, say


def main() -> None:
    """The command `zuozheng`."""
    sys.exit(run(sys.argv[1:]))


def run(words: list[str]) -> int:
    """Run one command line; returns its exit code."""
    words = _names_apart(_choose_language(words))
    # Ended from outside is ended as by Ctrl-C: nothing half written stays behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a letter shows a question mark; the run goes on.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        code = _app()(words)
    except ZuozhengError as error:
        told(error)
        return error.exit_code
    except batch.Stopped:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our data has enough of it; there is nothing left to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_USAGE
    if code == EXIT_INTERRUPTED:
        print(say("interrupted"), file=sys.stderr)
    return code


def _choose_language(words: list[str]) -> list[str]:
    """Take `--lang` from wherever it stands: help itself is already in that language."""
    language = os.environ.get("ZUOZHENG_LANG", "zh")
    rest: list[str] = []
    waiting = False
    for word in words:
        if waiting:
            language, waiting = word, False
        elif word == "--lang":
            waiting = True
        elif word.startswith("--lang="):
            language = word.partition("=")[2]
        else:
            rest.append(word)
    choose(language)
    return rest


def _names_apart(words: list[str]) -> list[str]:
    """`--unit 全称 简称` is `--unit 全称 --unit 简称`, once the folder is named."""
    rest: list[str] = []
    plain, naming, value = 0, False, False
    for word in words:
        if word.startswith("-"):
            naming, value = word == "--unit", "=" not in word
        elif naming and not value and plain >= 2:
            rest.append("--unit")
        elif value:
            value = False
        else:
            plain += 1
        rest.append(word)
    return rest


def _app() -> App:
    app = App()
    screen.add_to(app)
    batch.add_to(app)
    season.add_to(app)
    compare.add_to(app)
    review.add_to(app)
    record.add_to(app)
    verify.add_to(app)
    purge.add_to(app)
    account.add_to(app)
    tag.add_to(app)
    rubric.add_to(app)
    doctor.add_to(app)
    evaluate.add_to(app)
    rules.add_to(app)
    selftest.add_to(app)
    train.add_to(app)
    consent.add_to(app)
    return app
