"""Reading and checking rubrics/*.yaml: every error names file, line, field and what is allowed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipeline.errors import RubricError
from pipeline.rubric.model import Indicator, Match, Rubric, Rule, Vocabulary

MAX_BYTES = 4 * 1024 * 1024
Path_ = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


def directory() -> Path:
    """Where the rubrics stand: beside the package in a checkout, inside it when installed."""
    here = Path(__file__).resolve().parents[1]
    beside = here.parent / "rubrics"
    return beside if beside.is_dir() else here / "_rubrics"


def available() -> list[str]:
    """The ids of the rubrics there are, sorted."""
    return sorted(path.stem for path in directory().glob("*.yaml"))


def find(name: str) -> Path:
    """The file of a rubric given by id or by path. Raises RubricError listing those there are."""
    if name in available():
        return directory() / f"{name}.yaml"
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} and path.is_file():
        return path
    raise RubricError("rubric_unknown", rubric=name, known=", ".join(available()))


def load(name: str) -> Rubric:
    """A rubric by id or path, checked, its shared vocabularies joined in.

    Raises RubricError `rubric_unknown` or `rubric_invalid`; the latter carries `problems`, a line
    of text each.
    """
    path = find(name)
    rubric, lines = _read(path, Rubric)
    terms, rules = dict(rubric.terms), list(rubric.rules)
    for shared in rubric.uses:
        beside = path.parent / "shared" / f"{shared}.yaml"
        if not beside.is_file():
            beside = directory() / "shared" / f"{shared}.yaml"
        if not beside.is_file():
            _fail(path, [(lines, ("uses",), f"{shared!r}: no such file in rubrics/shared")])
        vocabulary, _ = _read(beside, Vocabulary)
        terms = {**vocabulary.terms, **terms}
        rules += [rule for rule in vocabulary.rules if rule.id not in {own.id for own in rules}]
    _check(path, lines, rubric, terms, rules)
    used = {rule for item in rubric.items for rule in item.rules}
    own = {rule.id for rule in rubric.rules}
    return rubric.model_copy(update={
        "terms": terms,
        "rules": tuple(rule for rule in rules if rule.id in used or rule.id in own),
    })


def digest(rubric: Rubric) -> str:
    """SHA-256 over the checked rubric with its shared vocabularies, as canonical JSON."""
    content = rubric.model_dump(mode="json", exclude_none=True)
    return hashlib.sha256(
        json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def schema() -> dict[str, Any]:
    """JSON Schema of a rubric file, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Rubric.model_json_schema()}


def matches_of(match: Match) -> Iterator[Match]:
    """A condition and every condition inside it."""
    yield match
    inner = [*(match.any or ()), *(match.all or ())]
    if match.near:
        inner += match.near.of
    if match.not_near:
        inner += (match.not_near.find, match.not_near.avoid)
    inner += [part for part in (match.heading, match.title, match.not_) if part]
    for part in inner:
        yield from matches_of(part)


# --- reading ----------------------------------------------------------------------------------


class _Lines:
    """Line numbers of every field of a YAML file, found by its path."""

    def __init__(self, node: yaml.Node | None) -> None:
        self.lines: dict[Path_, int] = {}
        self.problems: list[tuple[Path_, str]] = []
        if node is not None:
            self._walk(node, ())

    def _walk(self, node: yaml.Node, path: Path_) -> None:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, str(key.value))
                if inner in self.lines:
                    self.problems.append((inner, "this field stands twice"))
                self.lines[inner] = key.start_mark.line + 1
                self._walk(value, inner)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._walk(value, (*path, index))

    def of(self, path: Path_) -> int:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def _read(path: Path, model: type[M]) -> tuple[M, _Lines]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RubricError("rubric_invalid", file=path, problems=[f"{path}: over 4 MiB"])
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RubricError("rubric_invalid", file=path, problems=[f"{path}: {error}"]) from None
    try:
        # An alias can blow a small file up without end, and no rubric needs one.
        for event in yaml.parse(text, yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise RubricError("rubric_invalid", file=path,
                                  problems=[f"{path}:{line}: aliases are not allowed"])
        node = yaml.compose(text, yaml.CSafeLoader)
        content = yaml.load(text, _Plain)
        lines = _Lines(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or str(error)
        raise RubricError("rubric_invalid", file=path,
                          problems=[f"{path}:{line}: {what}"]) from None
    if lines.problems:
        _fail(path, [(lines, at, what) for at, what in lines.problems])
    try:
        return model.model_validate(content if content is not None else {}), lines
    except ValidationError as error:
        problems = error.errors(include_url=False)
        inside = {problem["loc"][:depth] for problem in problems
                  for depth in range(1, len(problem["loc"]))}
        # A list is told to be too short when what stands in it is wrong: that is told already.
        _fail(path, [(lines, _plain(problem["loc"]), _allowed(problem, model))
                     for problem in problems
                     if problem["type"] != "too_short" or problem["loc"] not in inside])
        raise AssertionError from None


class _Plain(yaml.CSafeLoader):
    """Dates stay text, as they are printed."""


_Plain.yaml_implicit_resolvers = {
    letter: [entry for entry in entries if entry[0] != "tag:yaml.org,2002:timestamp"]
    for letter, entries in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _plain(loc: tuple[str | int, ...]) -> Path_:
    return tuple(part for part in loc if part not in ("function-after", "Match"))


def _allowed(problem: Any, model: type[BaseModel]) -> str:
    what: str = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        fields = _fields_at(problem["loc"][:-1], model)
        what = f"unknown field; allowed are: {', '.join(fields)}" if fields else "unknown field"
    elif problem["loc"][-1:] == ("cadence",):
        what = ("allowed are: once, every year, every half-year, every quarter, standing, "
                "by YYYY-MM-DD")
    elif problem["type"] == "missing":
        what = "this field is required"
    given = problem.get("input")
    if isinstance(given, str | int | float | bool) and problem["type"] != "extra_forbidden":
        what += f"; given: {str(given)[:80]!r}"
    return what


def _fields_at(loc: tuple[str | int, ...], model: type[BaseModel]) -> list[str]:
    """The fields allowed where `loc` points, following the annotations of the models."""
    here: type[BaseModel] | None = model
    for part in loc:
        if isinstance(part, int) or here is None:
            continue
        field = here.model_fields.get(part)
        here = _model_in(field.annotation) if field else None
    return list(here.model_fields) if here else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if found := _model_in(inner):
            return found
    return None


def _fail(path: Path, problems: list[tuple[_Lines, Path_, str]]) -> None:
    told = [f"{path}:{lines.of(at)}: {_dotted(at)}: {what}" for lines, at, what in problems]
    raise RubricError("rubric_invalid", file=path, problems=told)


def _dotted(at: Path_) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at).lstrip(".")


# --- checking what one field alone cannot show ------------------------------------------------


def _check(path: Path, lines: _Lines, rubric: Rubric, terms: dict[str, tuple[str, ...]],
           rules: list[Rule]) -> None:
    problems: list[tuple[_Lines, Path_, str]] = []

    def wrong(at: Path_, what: str) -> None:
        problems.append((lines, at, what))

    def unique(at: str, ids: list[str]) -> None:
        for index, name in enumerate(ids):
            if name in ids[:index]:
                wrong((at, index, "id"), f"{name!r} stands twice; an id is used once")

    unique("rules", [rule.id for rule in rubric.rules])
    unique("indicators", [item.id for item in rubric.indicators])
    for index, item in enumerate(rubric.duties):
        if item.id in [one.id for one in (*rubric.indicators, *rubric.duties[:index])]:
            wrong(("duties", index, "id"), f"{item.id!r} stands twice; an id is used once")
    groups = set(_group_ids(rubric.groups))
    known = {rule.id for rule in rules}
    for where, items in (("indicators", rubric.indicators), ("duties", rubric.duties)):
        for index, item in enumerate(items):
            _check_item(wrong, (where, index), item, groups, known)
    own = {rule.id: index for index, rule in enumerate(rubric.rules)}
    for rule in rules:
        for match in matches_of(rule.match):
            if match.term and match.term.startswith("@") and match.term[1:] not in terms:
                at: Path_ = ("rules", own[rule.id], "match") if rule.id in own else ("uses",)
                wrong(at, f"rule {rule.id}: {match.term!r} is no list under terms; "
                      f"there are: {', '.join(sorted(terms))}")
    total = sum(item.points or 0 for item in rubric.indicators)
    if rubric.points is not None and total != rubric.points:
        wrong(("points",), f"the indicators' points sum to {total:g}, not to {rubric.points:g}")
    if problems:
        _fail(path, problems)


def _check_item(wrong: Any, at: Path_, item: Indicator, groups: set[str], known: set[str]) -> None:
    if item.group is not None and item.group not in groups:
        wrong((*at, "group"), f"{item.group!r} is no group; there are: {', '.join(sorted(groups))}")
    for index, rule in enumerate(item.rules):
        if rule not in known:
            wrong((*at, "rules", index), f"{rule!r} is no rule; there are: "
                  f"{', '.join(sorted(known))}")
    ids = [requirement.id for requirement in item.requirements]
    for index, name in enumerate(ids):
        if name in ids[:index]:
            wrong((*at, "requirements", index, "id"), f"{name!r} stands twice")


def _group_ids(groups: tuple[Any, ...]) -> Iterator[str]:
    for group in groups:
        yield group.id
        yield from _group_ids(group.groups)
