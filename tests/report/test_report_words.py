"""The catalogues: both complete, compiled as written, and a word for every code there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from pipeline import evidence, language, report
from pipeline.errors import Reason
from pipeline.report.coverage import schema
from pipeline.report.kept import COLUMNS, _in_all
from pipeline.rubric.model import Debtor, Link, Method

CATALOGUES = Path(language.__file__).parent / "catalogues"
FOLDERS = {name: CATALOGUES / name / "LC_MESSAGES" for name in language.LANGUAGES}


def words(name: str) -> dict[str, str]:
    with (FOLDERS[name] / "zuozheng.po").open("rb") as file:
        found = read_po(file)
    return {str(one.id): str(one.string) for one in found if one.id}


def test_both_languages_have_the_same_keys_and_every_word() -> None:
    assert words("zh").keys() == words("en").keys()
    assert not [key for name in FOLDERS for key, word in words(name).items() if not word]


@pytest.mark.parametrize("name", language.LANGUAGES)
def test_the_compiled_catalogue_is_the_written_one(name: str) -> None:
    with (FOLDERS[name] / "zuozheng.mo").open("rb") as file:
        compiled = {str(one.id): str(one.string) for one in read_mo(file) if one.id}
    assert compiled == words(name), "run `make messages`"


def test_both_languages_fill_the_same_blanks() -> None:
    import string

    def blanks(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english = words("en")
    assert not [key for key, word in words("zh").items() if blanks(word) != blanks(english[key])]


@pytest.mark.parametrize(("kind", "codes"), [
    ("state", get_args(evidence.SlotState)), ("proposed", get_args(evidence.Proposed)),
    ("stage", get_args(evidence.Stage)), ("flag", get_args(evidence.FlagCode)),
    ("status", (*get_args(evidence.Status), "started")), ("reason", get_args(Reason)),
    ("next", get_args(Reason)), ("link", get_args(Link)), ("method", get_args(Method)),
    ("owed_by", get_args(Debtor)), ("document_type", get_args(evidence.DocumentType)),
    *((key, schema()["$defs"]["evidence"]["properties"][key]["enum"])
      for key in ("year_from", "why_not", "kind")),
    ("flag_why", ("received", "other_unit", "out_of_period", "residue", "same_text", "few_edits",
                  "year_swapped")),
    ("dated_from", schema()["$defs"]["file"]["properties"]["dated_from"]["enum"]),
    ("why", schema()["$defs"]["entry"]["properties"]["why"]["properties"]["code"]["enum"]),
    ("period_from", schema()["properties"]["period_from"]["enum"]),
    ("report.column", tuple(column for columns in COLUMNS.values() for column in columns)),
])
def test_every_code_has_its_word(kind: str, codes: tuple[str | None, ...]) -> None:
    for name in FOLDERS:
        known = words(name)
        assert not [code for code in codes if code and f"{kind}.{code}" not in known]


def test_the_states_are_told_apart_by_different_words() -> None:
    for name in FOLDERS:
        known = words(name)
        told = [known[f"state.{state}"] for state in get_args(evidence.SlotState)]
        told.append(known["why_not.out_of_period"])
        assert len(set(told)) == 5


def test_no_two_columns_have_one_heading() -> None:
    for columns in COLUMNS.values():
        told = [word for column in columns for word in set(_in_all(f"report.column.{column}"))]
        assert len(told) == len(set(told))


def test_every_key_that_the_report_speaks_is_known_and_none_is_idle() -> None:
    room = Path(report.__file__).parent
    of_a_season = {room / "templates" / "season.html", room / "templates" / "changes.html",
                   *(room / "season").rglob("*")}
    sources = "\n".join(path.read_text("utf-8") for path in sorted(room.rglob("*"))
                        if path.suffix in {".py", ".html"} and path not in of_a_season)
    spoken = set(re.findall(r'"(report\.[a-z0-9_.]+[a-z0-9_])"', sources))
    spoken |= {f"report.{key}" for key in re.findall(r'\bt\("([a-z0-9_.]+[a-z0-9_])"', sources)}
    known = {key for key in words("zh") if key.startswith("report.")}
    spoken -= {"report.css", "report.html"}
    assert spoken <= known, spoken - known
    # These are put together from a code; the other tests ask for a word for every code.
    made = ("report.column.", "report.sheet.", "report.verdict.", "report.place.",
            "report.period.", "report.files.")
    assert not {key for key in known - spoken if not key.startswith(made)}
