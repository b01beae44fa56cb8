"""What the pages are made of: words that exist, files that are short, nothing that reads markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline import language, review

PLACE = Path(review.__file__).parent
SCRIPTS = sorted((PLACE / "static").glob("*.js"))
PAGES = sorted((PLACE / "templates").glob("*.html"))


def used() -> set[str]:
    keys = set()
    for path in SCRIPTS:
        text = path.read_text("utf-8")
        for call in re.findall(r"\bt\(([^`\n]*?)\)", text):
            keys |= {f"ui.{key}" for key in re.findall(r'"([a-z_]+(?:\.[a-z_0-9]+)*)"', call)
                     if "." in key or call.startswith(f'"{key}"')}
    for path in PAGES:
        keys |= set(re.findall(r't\("([^"]+)"', path.read_text("utf-8")))
    return keys


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_every_word_used_is_in_the_catalogue(spoken: str) -> None:
    missing = []
    for key in sorted(used()):
        try:
            language.say(f"review.{key}", spoken)
        except KeyError:
            missing.append(key)
    assert missing == [] and len(used()) > 250


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_reads_no_markup_and_is_short(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser"
                         r"|\beval\b|new Function|localStorage"
                         r"|https?://(?!www\.w3\.org/2000/svg)", text)
    assert len(text.splitlines()) <= 400


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_has_no_script_or_style_of_its_own(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|\|safe|autoescape", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


def test_no_style_sheet_asks_anything_of_elsewhere() -> None:
    for path in (PLACE / "static").glob("*.css"):
        assert not re.search(r"url\(|@import", path.read_text("utf-8"))


def test_nothing_confirms_more_than_one_item() -> None:
    words = "".join(path.read_text("utf-8") for path in SCRIPTS)
    assert not re.search(r"confirm_?all|acceptAll|selectAll", words, re.IGNORECASE)
