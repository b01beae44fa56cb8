"""Keyword rules: small named things that vote or abstain, compiled once for a rubric.

All literal words of all rules are looked up in one pass over the text (Aho-Corasick); a rule is
tried only when one of the words it cannot do without was found, and never below headings and a
title that do not hold what it asks of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import ahocorasick_rs

from pipeline.evidence import Span, Vote
from pipeline.rubric.model import Match, Rubric
from pipeline.tag.copy import Copy, copy_of

Spans = list[Span]
Numbers = frozenset[int]


@dataclass(slots=True)
class _Reading:
    """What a condition is tried on: a text's copy, the words found in it (each once, and each time
    with where it starts and ends), and the conditions that hold of its headings and title."""

    copy: str
    words: set[int]
    hits: list[tuple[int, int, int]]
    above: Numbers = frozenset()


Condition = Callable[[_Reading], Spans | None]
"""Spans (in the copy) where it holds, perhaps none of its own; None where it does not hold."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    id: str
    holds: Condition
    indicators: tuple[str, ...]
    above: Numbers
    """Conditions that must hold of headings and title, whatever the passage says."""


@dataclass(slots=True)
class Rulebook:
    """The rules of one rubric, ready to vote."""

    automaton: ahocorasick_rs.AhoCorasick
    by_word: Mapping[int, tuple[int, ...]]
    always: Numbers
    rules: tuple[_Compiled, ...]
    headed: Mapping[int, Condition]
    titled: Mapping[int, Condition]
    """The conditions on a line above a passage, by their numbers."""
    _lines: dict[tuple[str, bool], Numbers] = field(default_factory=dict)
    _surroundings: dict[tuple[tuple[str, ...], str], tuple[Numbers, Numbers]] = field(
        default_factory=dict
    )

    def votes(self, text: str, headings: Sequence[str] = (), title: str = "") -> list[Vote]:
        """Every rule's vote on a passage, a vote an indicator, in the rubric's order of rules.

        Spans are of `text` as given. An abstaining rule leaves no trace.
        """
        copy = copy_of(text)
        above, open_ = self._around(tuple(headings), title)
        reading = self._reading(copy.text, above)
        tried = self.always.union(*map(self.by_word.__getitem__, reading.words))
        found = []
        for number in sorted(tried & open_):
            rule = self.rules[number]
            spans = rule.holds(reading)
            if spans is not None:
                matched = _in_text(copy, spans)
                found += [Vote(f"rule:{rule.id}", name, matched) for name in rule.indicators]
        return found

    def _reading(self, copy: str, above: Numbers = frozenset()) -> _Reading:
        hits = self.automaton.find_matches_as_indexes(copy, overlapping=True)
        return _Reading(copy, {word for word, _, _ in hits}, hits, above)

    def _around(self, headings: tuple[str, ...], title: str) -> tuple[Numbers, Numbers]:
        """The conditions that hold of headings and title, and the rules that these leave open;
        found out once for the many passages that stand below them."""
        around = self._surroundings.get((headings, title))
        if around is None:
            if len(self._surroundings) > 2000:
                self._surroundings.clear()
                self._lines.clear()
            above = self._holding(title, self.titled).union(
                *(self._holding(heading, self.headed) for heading in headings)
            )
            around = above, frozenset(
                number for number, rule in enumerate(self.rules) if rule.above <= above
            )
            self._surroundings[headings, title] = around
        return around

    def _holding(self, line: str, conditions: Mapping[int, Condition]) -> Numbers:
        key = line, conditions is self.titled
        holding = self._lines.get(key)
        if holding is None:
            reading = self._reading(copy_of(line).text)
            holding = self._lines[key] = frozenset(
                number for number, holds in conditions.items() if holds(reading) is not None
            )
        return holding


def rulebook(rubric: Rubric) -> Rulebook:
    """Compile a checked rubric's rules."""
    words: dict[str, int] = {}
    headed: dict[int, Condition] = {}
    titled: dict[int, Condition] = {}
    rules: list[_Compiled] = []
    by_word: dict[int, list[int]] = {}
    always: list[int] = []
    for rule in rubric.rules:
        names = tuple(item.id for item in rubric.items if rule.id in item.rules)
        if not names:
            continue
        holds, needs, above = _compile(rule.match, rubric.terms, words, headed, titled)
        if not needs:
            always.append(len(rules))
        for word in needs[0] if needs else ():
            by_word.setdefault(word, []).append(len(rules))
        rules.append(_Compiled(rule.id, holds, names, above))
    automaton = ahocorasick_rs.AhoCorasick(list(words))
    return Rulebook(
        automaton,
        {word: tuple(by_word.get(word, ())) for word in words.values()},
        frozenset(always),
        tuple(rules),
        headed,
        titled,
    )


# --- compiling conditions ---------------------------------------------------------------------

_Needs = tuple[frozenset[int], ...]
"""Sets of words, the rarest first: unless a word of each was found, the condition cannot hold."""
_Part = tuple[Condition, _Needs, Numbers]
"""A condition, the words it needs, and the conditions on headings and title that it needs."""
_NONE: Numbers = frozenset()


def _compile(match: Match, terms: Mapping[str, tuple[str, ...]], words: dict[str, int],
             headed: dict[int, Condition], titled: dict[int, Condition]) -> _Part:
    def inner(part: Match) -> _Part:
        return _compile(part, terms, words, headed, titled)

    if match.term is not None:
        return _any_word(_numbers([match], terms, words))
    if match.any is not None:
        parts = [inner(part) for part in match.any if part.term is None]
        if plain := [part for part in match.any if part.term is not None]:
            parts.insert(0, _any_word(_numbers(plain, terms, words)))
        if len(parts) == 1:
            return parts[0]
        whole = all(needs for _, needs, _ in parts)
        joined = frozenset().union(*(needs[0] for _, needs, _ in parts)) if whole else frozenset()
        return _any_of([holds for holds, _, _ in parts]), (joined,) if whole else (), _NONE
    if match.all is not None:
        parts = [inner(part) for part in match.all]
        return _gated(_all_of([holds for holds, _, _ in parts]), parts, words)
    if match.near is not None:
        parts = [inner(part) for part in match.near.of]
        return _gated(_near([holds for holds, _, _ in parts], match.near.within), parts, words)
    if match.not_near is not None:
        find, needs, above = inner(match.not_near.find)
        avoid = inner(match.not_near.avoid)[0]
        return _not_near(find, avoid, match.not_near.within), needs, above
    if match.heading is not None:
        return _above(inner(match.heading)[0], headed, len(headed) + len(titled))
    if match.title is not None:
        return _above(inner(match.title)[0], titled, len(headed) + len(titled))
    if match.not_ is not None:
        return _not(inner(match.not_)[0]), (), _NONE
    return _regex(match.regex or ""), (), _NONE


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

    needs = tuple(sorted({need for _, part, _ in parts for need in part}, key=common))
    above = _NONE.union(*(above for _, _, above in parts))
    if len(needs) < 2:
        return condition, needs, above

    def holds(reading: _Reading) -> Spans | None:
        words = reading.words
        for need in needs:
            if need.isdisjoint(words):
                return None
        return condition(reading)

    return holds, needs, above


def _any_word(wanted: frozenset[int]) -> _Part:
    def holds(reading: _Reading) -> Spans | None:
        if wanted.isdisjoint(reading.words):
            return None
        return [(start, end) for word, start, end in reading.hits if word in wanted]

    return holds, (wanted,), _NONE


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
            for place in range(index + 1, len(ordered)):
                if ordered[place][0] - first_end > within:
                    break
                window.setdefault(ordered[place][2], ordered[place])
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
        bad = sorted(bad)
        starts = [start for start, _ in bad]
        longest = max((end - start for start, end in bad), default=0)

        def close(start: int, end: int) -> bool:
            first = bisect_left(starts, start - within - longest)
            last = bisect_right(starts, end + within)
            return any(start - bad_end <= within for _, bad_end in bad[first:last])

        return [span for span in spans if not close(*span)] or None

    return holds


def _above(part: Condition, lines: dict[int, Condition], number: int) -> _Part:
    """Holds where `part` holds in one of the lines above; it is tried on each of them but once."""
    lines[number] = part

    def holds(reading: _Reading) -> Spans | None:
        return [] if number in reading.above else None

    return holds, (), frozenset((number,))


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
