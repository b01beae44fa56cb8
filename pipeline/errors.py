"""What can go wrong: one table of exit codes, one closed list of reasons a file stays unread.

An error carries a message key (put into words by `language`), its arguments, and its exit code.
A message always says the next thing to do.
"""

from __future__ import annotations

from typing import Literal

EXIT_ALL_READ = 0
EXIT_USAGE = 2
"""What typer itself ends with when a command line cannot be understood."""
EXIT_SOME_UNREAD = 10
EXIT_INPUT = 20
EXIT_RUBRIC = 30
EXIT_OUTPUT = 40
EXIT_BROKEN = 50
EXIT_CHAIN = 60
EXIT_INTERRUPTED = 130

EXIT_CODES: dict[int, str] = {
    EXIT_ALL_READ: "all files were read",
    EXIT_USAGE: "the command line could not be understood",
    EXIT_SOME_UNREAD: "done; some files stay unread or partly read",
    EXIT_INPUT: "the input is missing, empty or not usable",
    EXIT_RUBRIC: "the rubric is unknown or has an error",
    EXIT_OUTPUT: "the output place cannot be written, or holds a better model",
    EXIT_BROKEN: "the installation is broken; `zuozheng doctor` says where",
    EXIT_CHAIN: "a record of decisions is not as it was written; `zuozheng verify` says where",
    EXIT_INTERRUPTED: "interrupted",
}

Reason = Literal[
    "empty",
    "corrupt",
    "encrypted",
    "unsupported_format",
    "garbled",
    "blank",
    "no_text_layer",
    "ocr_pending",
    "unclear",
    "no_words",
    "unsupported_script",
    "rows_lost",
    "type_mismatch",
    "program_missing",
    "part_missing",
    "limit_size",
    "limit_pages",
    "limit_pixels",
    "limit_objects",
    "limit_members",
    "limit_depth",
    "limit_ratio",
    "timeout",
    "memory",
    "crash",
    "unsafe_path",
    "link",
    "vanished",
    "changed_during_run",
    "permission",
    "same_bytes",
    "system_file",
]
"""Why a file, or part of it, was not read. Closed: words and advice stand in `language/`."""


class ZuozhengError(Exception):
    """An error with words for the user: `key` names the message, `args_` fill it."""

    exit_code = EXIT_INPUT

    def __init__(self, key: str, **args_: object) -> None:
        super().__init__(key)
        self.key = key
        self.args_ = args_

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value}" for name, value in self.args_.items())
        return f"{self.key}: {given}" if given else self.key


class InputError(ZuozhengError):
    """The folder or file to read is missing, empty or not usable."""

    exit_code = EXIT_INPUT


class RubricError(ZuozhengError):
    """The rubric is unknown, or its file has an error (then file, line, field, what is allowed)."""

    exit_code = EXIT_RUBRIC


class OutputError(ZuozhengError):
    """The output place cannot be made or written."""

    exit_code = EXIT_OUTPUT


class WorkerError(ZuozhengError):
    """A process that reads files cannot start: the installation is broken, not a file."""

    exit_code = EXIT_BROKEN


class Unreadable(Exception):
    """Raised by a reader: this file (or page) cannot be read, for this reason."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
