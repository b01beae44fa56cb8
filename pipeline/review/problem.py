"""What a request can end in besides an answer: a code, a status, and words in the user's language.

Every code has a message `review.error.<code>` that says what is wrong and what to do next.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.errors import ZuozhengError
from pipeline.language import say

Row = dict[str, Any]


class Problem(Exception):
    """A request that ends here; `more` stands beside code and text in the answer."""

    def __init__(self, status: int, code: str, more: Row | None = None, wait: int | None = None,
                 words: str = "", **fill: object) -> None:
        """`words`: the message, where a code has several."""
        super().__init__(code)
        self.status = status
        self.code = code
        self.words = words or code
        self.more = more or {}
        self.wait = wait
        self.fill = fill

    def told(self, language: str, paths: bool = False) -> Row:
        """The body of the answer; with whole `paths` only for who sits at the machine."""
        words = say(f"review.error.{self.words}", language, **self.fill)
        return {"error": self.code, "text": words, **self.more}


class RunProblem(Problem):
    """The run of a unit cannot be read: 424, in the words of the command line."""

    def __init__(self, error: ZuozhengError) -> None:
        super().__init__(424, error.key)
        self.fill = error.args_

    def told(self, language: str, paths: bool = False) -> Row:
        fill = {name: value if paths else _last_part(value)
                for name, value in self.fill.items() if name != "problems"}
        return {"error": self.code, "text": say(f"error.{self.code}", language, **fill)}


def _last_part(value: object) -> object:
    """Where things lie on the server is nothing to visitors: a folder's or a database's name."""
    text = str(value)
    place = isinstance(value, Path) or text.startswith("/") or "://" in text
    return text.rstrip("/").rpartition("/")[2] if place else value


def nowhere() -> Problem:
    """Of a thing that is not there and of one that is another's: the same."""
    return Problem(404, "not_found")
