"""The words people see, Chinese and English, in one place.

Code names a message by its key; the catalogues under `catalogues/` hold the words (gettext: the
`.po` is written by people, the `.mo` is compiled from it by `make messages`). Chinese unless
`--lang en` or ZUOZHENG_LANG=en says otherwise.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")
_CATALOGUES = Path(__file__).parent / "catalogues"
_chosen = "zh"
_here: ContextVar[str | None] = ContextVar("language", default=None)


def choose(language: str) -> None:
    """Speak this language from now on; anything but `en` means Chinese."""
    global _chosen
    _chosen = language if language in LANGUAGES else "zh"
    # Libraries that speak gettext (the command line's help) speak the same language.
    os.environ["LANGUAGE"] = _chosen
    gettext.bindtextdomain("zuozheng", str(_CATALOGUES))
    gettext.textdomain("zuozheng")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak this language in this thread or task, for the length of the block: a server answers
    everybody in their own."""
    token = _here.set(language if language in LANGUAGES else "zh")
    try:
        yield
    finally:
        _here.reset(token)


def chosen() -> str:
    """The language spoken now: `zh` or `en`."""
    return _here.get() or _chosen


def say(key: str, /, language: str | None = None, **fill: object) -> str:
    """The message of that key, filled. An unknown key is a defect and raises KeyError.

    What fills a message is data: it is put in as it stands and never read as a format.
    """
    text = _catalogue(language or chosen()).gettext(key)
    if text == key:
        raise KeyError(key)
    return text.format(**fill) if fill else text


def has(key: str) -> bool:
    """Whether the catalogue knows that key."""
    return _catalogue(chosen()).gettext(key) != key


def phrases(*beginnings: str) -> dict[str, str]:
    """All messages whose key begins with one of these, unfilled: for a page that fills them."""
    # What gettext has read stands in this dict; it has no public way to list it.
    told: dict[str, str] = getattr(_catalogue(chosen()), "_catalog", {})
    return {key: text for key, text in told.items() if key.startswith(beginnings)}


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("zuozheng", str(_CATALOGUES), languages=[language])
