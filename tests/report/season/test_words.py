"""What the pages of a season speak is known in both languages."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline import report
from pipeline.language import has

ROOM = Path(report.__file__).parent
SOURCES = (*sorted((ROOM / "season").rglob("*.py")), ROOM / "templates" / "season.html",
           ROOM / "templates" / "changes.html")


def test_every_key_that_a_season_speaks_is_known() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in SOURCES)
    spoken = {f"season.{key}" for key in
              re.findall(r'\b(?:t|tell)\("([a-z0-9_.]+[a-z0-9_])"', sources)}
    assert len(spoken) > 80
    assert not {key for key in spoken if not has(key)}
