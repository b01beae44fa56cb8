"""Passwords that are guessed first: one block over and over, runs of the keyboard, a well-known
word or the account's own name with digits behind it (NIST SP 800-63B, 5.1.1.2, asks for a list)."""

from __future__ import annotations

import re
import unicodedata

_ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm",
         "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "一二三四五六七八九十")
_WORDS = ("password", "passw0rd", "p@ssw0rd", "p@ssword", "zuozheng", "佐证", "administrator",
          "admin", "root", "test", "letmein", "welcome", "iloveyou", "woaini", "mima", "guest",
          "user", "login", "monkey", "dragon", "master", "secret", "changeme", "default", "hello",
          "computer", "internet", "office", "review", "reviewer", "china", "beijing", "zhongguo",
          "密码", "口令", "管理员", "复核", "我爱你", "中国", "北京", "qwerty", "asdf", "zxcv")
_FRESH = 4
"""So many characters must be left, when all that is guessed first is taken away."""


def guessable(password: str, name: str) -> bool:
    """Whether it is among those that are tried first."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    if any(_repeats(plain, length) for length in range(1, len(plain) // 2 + 1)):
        return True
    own = unicodedata.normalize("NFKC", name).casefold()
    rest = _without_runs(plain)
    words = [word for word in (own, *_WORDS) if len(word) > 1 and word in plain]
    for word in sorted(words, key=len, reverse=True):
        plain, rest = plain.replace(word, " "), rest.replace(word, " ")
    if words:
        # Beside a well-known word digits and signs are what everybody puts.
        rest = re.sub(r"[\W\d_]", "", _without_runs(plain))
    return len(rest) < _FRESH or len(set(rest)) < _FRESH - 1


def _repeats(text: str, length: int) -> bool:
    """Whether it is its first characters over and over, the last time perhaps not to the end."""
    block = text[:length]
    return (block * (len(text) // length + 1)).startswith(text)


def _without_runs(text: str) -> str:
    """Three and more that follow one another on the keyboard, in the alphabet, or are the same
    are worth one; what is left may be such a run again (111222333)."""
    while (shorter := _shorter(text)) != text:
        text = shorter
    return text


def _shorter(text: str) -> str:
    kept, at = [], 0
    while at < len(text):
        end = at + 1
        while end < len(text) and _in_row(text[at:end + 1]):
            end += 1
        kept.append(text[at:at + 1] if end - at >= 3 else text[at:end])
        at = end
    return "".join(kept)


def _in_row(run: str) -> bool:
    return len(set(run)) == 1 or any(run in row or run[::-1] in row for row in _ROWS)
