"""The import floors: a room imports only what lies below it, and no arrow runs back up."""

from __future__ import annotations

import ast
from pathlib import Path

PIPELINE = Path(__file__).parents[1] / "pipeline"

GROUNDS = {"evidence", "errors", "language", "privacy", "rubric"}
STAGES = {"ingest", "segment", "describe", "tag", "cover", "integrity"}
MAY_IMPORT: dict[str, set[str]] = {
    "evidence": set(),
    "errors": set(),
    "language": set(),
    "privacy": set(),
    "rubric": {"evidence", "errors", "language"},
    "ingest": GROUNDS - {"rubric"},
    "segment": GROUNDS - {"rubric"},
    "describe": GROUNDS - {"rubric"},
    "store": GROUNDS,
    "tag": GROUNDS,
    "cover": GROUNDS,
    "integrity": GROUNDS,
    "report": GROUNDS | {"store"},
    "screen": STAGES | {"report", "store"} | GROUNDS,
    "season": STAGES | {"screen", "report", "store"} | GROUNDS,
    "learn": {"tag", "store"} | GROUNDS,
    "draft": {"ingest", "segment", "tag"} | GROUNDS,
    "review": {"store", "report"} | GROUNDS,
    "cli": STAGES | GROUNDS
    | {"store", "report", "screen", "season", "learn", "draft", "review"},
}
# Each library lives in one room; the named exceptions are argued in the README's map.
HOME: dict[str, set[str]] = {
    "pypdfium2": {"ingest", "report"},
    "pdfplumber": {"ingest"},
    "lxml": {"ingest"},
    "python_calamine": {"ingest"},
    "docx": {"draft", "report"},
    "openpyxl": {"draft", "report"},
    "xlsxwriter": {"report"},
    "jinja2": {"report", "review"},
    "pydantic": {"rubric", "screen", "learn", "review"},
    "PIL": {"ingest"},
    "cv2": {"ingest"},
    "rapidocr": {"ingest"},
    "pi_heif": {"ingest"},
    "olefile": {"ingest"},
    "py7zr": {"ingest"},
    "yaml": {"rubric"},
    "ahocorasick_rs": {"tag"},
    "rensa": {"season"},
    "distributed": {"season"},
    "dask": {"season"},
    "fsspec": {"season"},
    "s3fs": {"season"},
    "icalendar": {"report"},
    "typer": {"cli"},
    "sklearn": {"learn"},
    "pandas": {"learn"},
    "jieba": {"learn"},
    "scipy": {"learn"},
    "matplotlib": {"learn"},
    "rjieba": {"tag"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "psycopg": {"store"},
    "fastapi": {"review"},
    "starlette": {"review"},
    "uvicorn": {"review"},
    "argon2": {"review"},
    "sqlite3": {"store"},
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "core", "models"}


def room_of(path: Path) -> str:
    parts = path.relative_to(PIPELINE).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            module = node.module or ""
            if module == "pipeline":
                found += [(node.lineno, f"pipeline.{alias.name}") for alias in node.names]
            else:
                found.append((node.lineno, module))
    return found


def breaches(files: list[Path]) -> list[str]:
    told = []
    for path in files:
        room = room_of(path)
        if room == "__init__":
            continue
        for line, name in imports(path):
            top, _, rest = name.partition(".")
            where = f"{path.relative_to(PIPELINE.parent)}:{line}"
            if top == "pipeline":
                other = rest.split(".")[0]
                if other not in {room, "__version__"} and other not in MAY_IMPORT.get(room, set()):
                    told.append(f"{where}: {room} must not import {other}")
            elif top in HOME and room not in HOME[top]:
                told.append(f"{where}: {top} lives in {sorted(HOME[top])}, not in {room}")
    return told


def sources() -> list[Path]:
    return sorted(PIPELINE.rglob("*.py"))


def test_every_import_goes_down() -> None:
    assert breaches(sources()) == []


def test_the_check_can_fail(tmp_path: Path, monkeypatch: object) -> None:
    wrong = PIPELINE / "cover.py"
    tree = [(1, "pipeline.screen")]
    import pytest

    patch = pytest.MonkeyPatch()
    patch.setattr(f"{__name__}.imports", lambda path: tree)
    assert breaches([wrong]) == ["pipeline/cover.py:1: cover must not import screen"]
    patch.undo()


def test_every_room_is_in_the_table() -> None:
    rooms = {room_of(path) for path in sources()} - {"__init__", "__main__"}
    assert rooms <= set(MAY_IMPORT), rooms - set(MAY_IMPORT)


def test_no_room_or_file_has_a_name_that_says_nothing() -> None:
    assert [path for path in sources() if path.stem in FORBIDDEN_NAMES] == []


def test_every_room_has_a_docstring() -> None:
    silent = [path for path in sources()
              if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert silent == []


def test_no_file_is_two_rooms() -> None:
    long = [path.name for path in sources() if len(path.read_text("utf-8").splitlines()) > 400]
    assert long == []
