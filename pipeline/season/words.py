"""A unit's problem, or a notice of the whole season, in words: what is wrong, what to do next."""

from __future__ import annotations

from typing import Any

from pipeline.language import has, say

Row = dict[str, Any]


def said(problem: Row, kind: str = "error") -> str:
    """{"key", "args"} in words, on one line; `kind`: error or notice. What another version kept
    under a key that is unknown here is shown as that key."""
    args = dict(problem["args"])
    if has(f"reason.{args.get('reason')}"):
        args["reason"] = say(f"reason.{args['reason']}")
    if not has(f"{kind}.{problem['key']}"):
        return str(problem["key"])
    try:
        words = say(f"{kind}.{problem['key']}", None, **args)
    except (KeyError, IndexError):
        return str(problem["key"])
    return " ".join(words.split("\n"))
