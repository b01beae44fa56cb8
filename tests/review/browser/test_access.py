"""Nobody is shut out: axe-core finds nothing serious on any page, light or dark, wide or narrow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.review.browser.conftest import log_in, room, shoot
from tests.review.browser.test_room import step

Fixture = Callable[..., Any]
AXE = Path(__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def check(page: Any, where: str) -> None:
    shoot(page, where)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("""(rules) => axe.run(document, {runOnly: {type: "tag", values: rules}})
        .then((told) => told.violations
          .filter((one) => ["serious", "critical"].includes(one.impact))
          .map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160)
            + " " + (node.any[0]?.message || "")).join(" | ")}`))""", RULES)
    assert found == [], where


@pytest.mark.parametrize(("width", "scheme"), [(1366, "light"), (1366, "dark"), (360, "light")])
def test_axe_finds_nothing_serious(lanhe: Any, starts: Fixture, view: Fixture, width: int,
                                   scheme: str) -> None:
    served = starts("local", lanhe)
    page = view(width, 768, color_scheme=scheme).page
    page.goto(served.link)
    check(page, f"enter-{scheme}")
    page.fill("input[name=name]", "沈知白")
    page.keyboard.press("Enter")
    page.wait_for_selector(".unitcard")
    check(page, f"units-{scheme}")
    room(page)
    check(page, f"room-before-{scheme}")
    step(page)
    page.keyboard.press("a")
    page.wait_for_selector("#card-0.is-accepted")
    check(page, f"room-{scheme}")
    for key, name in (("r", "reject"), ("m", "move"), ("s", "stage"), ("n", "note"), ("?", "help")):
        page.keyboard.press(key)
        page.wait_for_selector("dialog[open]")
        check(page, f"dialog-{name}-{scheme}")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")
    page.keyboard.press("/")
    page.keyboard.type("学习")
    page.wait_for_selector("#finds .card")
    check(page, f"search-{scheme}")
    if width == 360:
        page.click("[data-pane-to=left]")
        check(page, "pane-left")
    base = page.url.split("#")[0]
    for rest in ("/overview", "/differences"):
        page.goto(base + rest)
        page.wait_for_selector("#content:not([aria-busy])")
        check(page, rest[1:] + f"-{scheme}")
    page.goto(base.split("/u/")[0] + "/audit")
    page.wait_for_selector(".chain tbody tr")
    check(page, f"audit-{scheme}")
    page.goto(base.split("/u/")[0] + "/u/" + "f" * 16)
    check(page, f"error-{scheme}")


def test_axe_on_the_pages_of_an_office(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    served = starts("office", lanhe, {"罗管": "admin", "沈知白": "lead"})
    page = view().page
    page.goto(served.address + "/login")
    check(page, "login")
    log_in_page = log_in(view(), served, "罗管")
    log_in_page.goto(served.address + "/accounts")
    log_in_page.wait_for_selector(".accounts tbody tr")
    check(log_in_page, "accounts")
