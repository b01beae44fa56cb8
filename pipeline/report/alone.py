"""Pages that stand alone: one file each, to look at, to print, to hand on.

Such a page holds no script and asks for nothing from outside; its one style sheet is named in its
policy by its hash. Everything that comes from papers, folders, lists and people is escaped by the
template engine. A page is written piece by piece, as what fills it is read.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline import __version__
from pipeline.language import chosen

TEMPLATES = Path(__file__).with_name("templates")
SIGNS = {"performed": "●", "planned": "◐", "nothing": "○", "unread": "?"}
"""The state of a period -> its sign, wherever there is no room for the word."""


def write_alone(target: Path, template: str, css: str, spoken: Mapping[str, Any],
                **fill: Any) -> None:
    """Fill `template` into `target`. `css`: its style sheet; `spoken`: what its macros, too, can
    call and name."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"), autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )
    environment.globals.update(spoken)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    page = environment.get_template(template).generate(
        css=Markup(css), css_hash=digest, language="en" if chosen() == "en" else "zh-CN",
        program=f"zuozheng {__version__}", **fill)
    with target.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(page)


def style(name: str) -> str:
    """The text of a style sheet of this room."""
    return (TEMPLATES / f"{name}.css").read_text("utf-8")
