"""Keyword rules: small named things that vote or abstain, compiled once for a rubric.

All literal words of all rules are looked up in one pass over the text (Aho-Corasick); a rule is
tried only when one of the words it cannot do without was found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

import ahocorasick_rs

from pipeline.evidence import Span, Vote
from pipeline.rubric.model import Match, Rubric
from pipeline.tag.copy import Copy, copy_of

Spans = list[Span]
Hits = Mapping[int, Spans]


@dataclass(frozen=True, slots=True)
class _Around:
    """Headings and title above many passages, and which conditions were found to hold in them."""

    headings: tuple[_Reading, ...] = ()
    title: tuple[_Reading, ...] = ()
    known: dict[int, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a condition is tried on: a text's copy, the words found in it, and its surroundings."""

    copy: str
    hits: Hits
    around: _Around = _Around()


_NUMBERS = count()

Condition = Callable[[_Reading], Spans | None]
"""Spans (in the copy) where it holds, perhaps none of its own; None where it does not hold."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    id: str
    holds: Condition
    indicators: tuple[str, ...]


@dataclass(slots=True)
class Rulebook:
    """The rules of one rubric, ready to vote."""

    automaton: ahocorasick_rs.AhoCorasick
    by_word: Mapping[int, tuple[int, ...]]
    always: tuple[int, ...]
    rules: tuple[_Compiled, ...]
    _surroundings: dict[tuple[tuple[str, ...], str], _Around] = field(default_factory=dict)

    def votes(self, text: str, headings: Sequence[str] = (), title: str = "") -> list[Vote]:
        """Every rule's vote on a passage, a vote an indicator, in the rubric's order of rules.

        Spans are of `text` as given. An abstaining rule leaves no trace.
        """
        copy = copy_of(text)
        hits = self._hits(copy.text)
        tried = set(self.always)
        for word in hits:
            tried.update(self.by_word[word])
        if not tried:
            return []
        reading = _Reading(copy.text, hits, self._around(tuple(headings), title))
        found = []
        for number in sorted(tried):
            rule = self.rules[number]
            spans = rule.holds(reading)
            if spans is not None:
                matched = _in_text(copy, spans)
                found += [Vote(f"rule:{rule.id}", name, matched) for name in rule.indicators]
        return found

    def _hits(self, copy: str) -> dict[int, Spans]:
        hits: dict[int, Spans] = {}
        for word, start, end in self.automaton.find_matches_as_indexes(copy, overlapping=True):
            hits.setdefault(word, []).append((start, end))
        return hits

    def _around(self, headings: tuple[str, ...], title: str) -> _Around:
        """Headings and title, read once for the many passages that stand below them."""
        key = (headings, title)
        around = self._surroundings.get(key)
        if around is None:
            if len(self._surroundings) > 2000:
                self._surroundings.clear()
            copies = [copy_of(line).text for line in (*headings, title)]
            readings = [_Reading(copy, self._hits(copy)) for copy in copies]
            around = _Around(tuple(readings[:-1]), tuple(readings[-1:]))
            self._surroundings[key] = around
        return around


def rulebook(rubric: Rubric) -> Rulebook:
    """Compile a checked rubric's rules."""
    words: dict[str, int] = {}
    rules: list[_Compiled] = []
    by_word: dict[int, list[int]] = {}
    always: list[int] = []
    for rule in rubric.rules:
        names = tuple(item.id for item in rubric.items if rule.id in item.rules)
        if not names:
            continue
        holds, needs = _compile(rule.match, rubric.terms, words)
        if not needs:
            always.append(len(rules))
        for word in needs[0] if needs else ():
            by_word.setdefault(word, []).append(len(rules))
        rules.append(_Compiled(rule.id, holds, names))
    automaton = ahocorasick_rs.AhoCorasick(list(words))
    return Rulebook(
        automaton,
        {word: tuple(by_word.get(word, ())) for word in words.values()},
        tuple(always),
        tuple(rules),
    )


# --- compiling conditions ---------------------------------------------------------------------

_Needs = tuple[frozenset[int], ...]
"""Sets of words, the rarest first: unless a word of each was found, the condition cannot hold."""
_Part = tuple[Condition, _Needs]


def _compile(match: Match, terms: Mapping[str, tuple[str, ...]], words: dict[str, int]) -> _Part:
    def inner(part: Match) -> _Part:
        return _compile(part, terms, words)

    if match.term is not None:
        return _any_word(_numbers([match], terms, words))
    if match.any is not None:
        parts = [inner(part) for part in match.any if part.term is None]
        if plain := [part for part in match.any if part.term is not None]:
            parts.insert(0, _any_word(_numbers(plain, terms, words)))
        if len(parts) == 1:
            return parts[0]
        whole = all(needs for _, needs in parts)
        joined = frozenset().union(*(needs[0] for _, needs in parts)) if whole else frozenset()
        return _any_of([holds for holds, _ in parts]), (joined,) if whole else ()
    if match.all is not None:
        parts = [inner(part) for part in match.all]
        return _gated(_all_of([holds for holds, _ in parts]), parts, words)
    if match.near is not None:
        parts = [inner(part) for part in match.near.of]
        return _gated(_near([holds for holds, _ in parts], match.near.within), parts, words)
    if match.not_near is not None:
        find, needs = inner(match.not_near.find)
        avoid, _ = inner(match.not_near.avoid)
        return _not_near(find, avoid, match.not_near.within), needs
    if match.heading is not None:
        return _above(inner(match.heading)[0], "headings"), ()
    if match.title is not None:
        return _above(inner(match.title)[0], "title"), ()
    if match.not_ is not None:
        return _not(inner(match.not_)[0]), ()
    return _regex(match.regex or ""), ()


def _numbers(parts: Sequence[Match], terms: Mapping[str, tuple[str, ...]], words: dict[str, int]
             ) -> frozenset[int]:
    """The numbers of all words of these terms."""
    listed: list[str] = []
    for part in parts:
        term = part.term or ""
        listed += terms[term[1:]] if term.startswith("@") else (term,)
    return frozenset(words.setdefault(copy_of(word).text, len(words)) for word in listed)


def _gated(condition: Condition, parts: Sequence[_Part], words: dict[str, int]) -> _Part:
    """The condition, tried only where a word of each set was found that its parts need."""
    spelled = list(words)

    def common(need: frozenset[int]) -> tuple[float, list[int]]:
        # how often one of the words is met, about: short words are everywhere
        return sum(0.05 ** len(spelled[number]) for number in need), sorted(need)

    needs = tuple(sorted({need for _, part in parts for need in part}, key=common))
    if len(needs) < 2:
        return condition, needs

    def holds(reading: _Reading) -> Spans | None:
        hits = reading.hits
        for need in needs:
            if need.isdisjoint(hits):
                return None
        return condition(reading)

    return holds, needs


def _any_word(wanted: frozenset[int]) -> _Part:
    def holds(reading: _Reading) -> Spans | None:
        hits = reading.hits
        if wanted.isdisjoint(hits):
            return None
        return [span for number, spans in hits.items() if number in wanted for span in spans]

    return holds, (wanted,)


def _any_of(parts: Sequence[Condition]) -> Condition:
    def holds(reading: _Reading) -> Spans | None:
        found = [spans for part in parts if (spans := part(reading)) is not None]
        return [span for spans in found for span in spans] if found else None

    return holds


def _all_of(parts: Sequence[Condition]) -> Condition:
    def holds(reading: _Reading) -> Spans | None:
        every: Spans = []
        for part in parts:
            spans = part(reading)
            if spans is None:
                return None
            every += spans
        return every

    return holds


def _near(parts: Sequence[Condition], within: int) -> Condition:
    def holds(reading: _Reading) -> Spans | None:
        ordered: list[tuple[int, int, int]] = []
        for number, part in enumerate(parts):
            spans = part(reading)
            if not spans:
                return None
            ordered += [(start, end, number) for start, end in spans]
        ordered.sort()
        together: set[Span] = set()
        for index, (_, first_end, number) in enumerate(ordered):
            window = {number: ordered[index]}
            for start, end, other in ordered[index + 1 :]:
                if start - first_end > within:
                    break
                window.setdefault(other, (start, end, other))
            if len(window) == len(parts):
                together.update((start, end) for start, end, _ in window.values())
        return sorted(together) or None

    return holds


def _not_near(find: Condition, avoid: Condition, within: int | None) -> Condition:
    def holds(reading: _Reading) -> Spans | None:
        spans = find(reading)
        if spans is None:
            return None
        bad = avoid(reading)
        if bad is None:
            return spans
        if within is None:
            return None
        far = [
            (start, end)
            for start, end in spans
            if all(start - other_end > within or other_start - end > within
                   for other_start, other_end in bad)
        ]
        return far or None

    return holds


def _above(part: Condition, where: str) -> Condition:
    """Holds where `part` holds in a heading (or title); found out once for all passages below."""
    number = next(_NUMBERS)

    def holds(reading: _Reading) -> Spans | None:
        around = reading.around
        if number not in around.known:
            lines: tuple[_Reading, ...] = getattr(around, where)
            around.known[number] = any(part(line) is not None for line in lines)
        return [] if around.known[number] else None

    return holds


def _not(part: Condition) -> Condition:
    def holds(reading: _Reading) -> Spans | None:
        return [] if part(reading) is None else None

    return holds


def _regex(pattern: str) -> Condition:
    compiled = re.compile(pattern)

    def holds(reading: _Reading) -> Spans | None:
        spans = [found.span() for found in compiled.finditer(reading.copy) if found[0]]
        return spans or None

    return holds


def _in_text(copy: Copy, spans: Spans) -> tuple[Span, ...]:
    """Spans of the stored text, in order, overlapping ones joined."""
    joined: list[Span] = []
    for start, end in sorted(copy.spans(spans)):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
