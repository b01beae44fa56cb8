"""Nobody is shut out: axe-core finds nothing serious on any page, light or dark, wide or narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.review.browser.conftest import log_in, room, shoot
from tests.review.browser.looking import COLOURS, asks
from tests.review.browser.test_room import step

Fixture = Callable[..., Any]
def check(page: Any, where: str) -> None:
    """Wide, wide and dark, narrow."""
    for width, scheme, only in ((1366, "light", None), (1366, "dark", COLOURS),
                                (360, "light", None)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 768})
        shoot(page, f"{where}-{scheme}")
        asks(page, f"{where} {width} {scheme}", only)
    page.set_viewport_size({"width": 1366, "height": 768})


def test_axe_finds_nothing_serious(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    served = starts("local", lanhe)
    page = view().page
    page.goto(served.link)
    check(page, "enter")
    page.fill("input[name=name]", "沈知白")
    page.keyboard.press("Enter")
    page.wait_for_selector(".unitcard")
    check(page, "units")
    room(page)
    check(page, "room-before")
    step(page)
    page.keyboard.press("a")
    page.wait_for_selector("#card-0.is-accepted")
    check(page, "room")
    for key, name in (("r", "reject"), ("m", "move"), ("s", "stage"), ("n", "note"), ("?", "help")):
        page.keyboard.press(key)
        page.wait_for_selector("dialog[open]")
        check(page, f"dialog-{name}")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")
    page.keyboard.press("/")
    page.keyboard.type("学习")
    page.wait_for_selector("#finds .card")
    check(page, "search")
    page.set_viewport_size({"width": 360, "height": 768})
    page.click("[data-pane-to=left]")
    asks(page, "pane-left")
    page.set_viewport_size({"width": 1366, "height": 768})
    base = page.url.split("#")[0]
    for rest in ("/overview", "/differences"):
        page.goto(base + rest)
        page.wait_for_selector("#content:not([aria-busy])")
        check(page, rest[1:])
    page.goto(base.split("/u/")[0] + "/audit")
    page.wait_for_selector(".chain tbody tr")
    check(page, "audit")
    page.goto(base.split("/u/")[0] + "/u/" + "f" * 16)
    check(page, "error")


def test_axe_on_the_pages_of_an_office(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    served = starts("office", lanhe, {"罗管": "admin", "沈知白": "lead"})
    page = view().page
    page.goto(served.address + "/login")
    check(page, "login")
    log_in_page = log_in(view(), served, "罗管")
    log_in_page.goto(served.address + "/accounts")
    log_in_page.wait_for_selector(".accounts tbody tr")
    check(log_in_page, "accounts")
