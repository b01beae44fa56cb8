"""What the project refuses to be, kept by the lint: no person, no score, no confirmation."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.rubric.load import available, load

PIPELINE = Path(__file__).parents[1] / "pipeline"
SCHEMAS = [PIPELINE / "report" / "coverage.schema.json",
           PIPELINE / "report" / "record.schema.json",
           PIPELINE.parent / "rubrics" / "rubric.schema.json"]
PERSON = re.compile(
    r"person|people|employee|staff_name|citizen|ethnic|nationalit|religio|belief|opinion|gender"
    r"|birth|姓名|民族成分|宗教信仰|政治面貌|身份证", re.IGNORECASE)
VERDICT = re.compile(r"score|ranking|grade|passed|failed|qualified|confirmed", re.IGNORECASE)
MAKING = {"Table", "Column", "Index", "UniqueConstraint", "ForeignKeyConstraint", "create_table",
          "add_column", "alter_column", "rename_table", "create_index"}
REVIEWER_ONLY = {"who"}
"""`Decision.who`: the name a reviewer answers with for a decision; nothing is looked up by it."""


def names_in(path: Path) -> Iterator[str]:
    """Classes, fields of classes and columns of tables: where a thing would be kept."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name
            yield from (part.target.id for part in node.body
                        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name))
        if isinstance(node, ast.Call):
            yield from described(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for table in re.findall(r"CREATE TABLE (.*?;)", node.value, re.DOTALL):
                yield from re.findall(r"\w+", table)


def described(call: ast.Call) -> Iterator[str]:
    """Names of SQLAlchemy and Alembic: of tables, columns, indexes, constraints; in a migration
    also those that a column or table is renamed to, and those that a loop gives it."""
    made = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if made in MAKING:
        yield from (word.value for word in [*call.args, *(given.value for given in call.keywords)]
                    if isinstance(word, ast.Constant) and isinstance(word.value, str))
        for part in (part for part in call.args if isinstance(part, ast.Starred)):
            yield from (word.value for word in ast.walk(part)
                        if isinstance(word, ast.Constant) and isinstance(word.value, str))


def fields(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for inner in schema.values():
            yield from fields(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from fields(inner)


@pytest.mark.parametrize("path", sorted(PIPELINE.rglob("*.py")), ids=lambda path: path.stem)
def test_nothing_is_kept_of_persons_and_nothing_is_judged(path: Path) -> None:
    kept = set(names_in(path)) - REVIEWER_ONLY
    assert not [name for name in kept if PERSON.search(name) or VERDICT.search(name)]


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_the_schemas_have_no_person_and_no_score(path: Path) -> None:
    names = set(fields(json.loads(path.read_text("utf-8"))))
    assert not [name for name in names if PERSON.search(name) or VERDICT.search(name)]


@pytest.mark.parametrize("name", available())
def test_a_rubric_asks_of_units(name: str) -> None:
    assert load(name).subject == "unit"


def test_the_check_can_fail(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("class Person:\n    religion: str\n", "utf-8")
    assert [name for name in names_in(path) if PERSON.search(name)] == ["Person", "religion"]


def test_tables_described_in_code_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("""
Table("person", SCHEMA, sa.Column("religion", Text), *(Column(name, Text) for name in ("birth",)))
op.alter_column("unit", "label", new_column_name="score")
""", "utf-8")
    found = list(names_in(path))
    assert [name for name in found if PERSON.search(name)] == ["person", "birth", "religion"]
    assert [name for name in found if VERDICT.search(name)] == ["score"]
