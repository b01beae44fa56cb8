"""What needs a permission, and what happens to people who were away: names, keys, visits."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from tests.review.browser.conftest import PASSWORD, enter, log_in, room, shoot, until
from tests.review.browser.test_office import PEOPLE
from tests.review.browser.test_room import is_saved, step

Fixture = Callable[..., Any]
UNMASK = "button:has-text('查看被遮盖的姓名')"


def masked(page: Any) -> int:
    """The place of the first card of Y02 with a name in it."""
    page.click("[data-hold='i-Y02']")
    until(page, "document.querySelector('#wording .id').textContent === 'Y02'")
    texts = page.locator("#cards .card blockquote").all_inner_texts()
    return next(at for at, text in enumerate(texts) if "段**" in text)


def test_a_name_is_shown_to_the_lead_for_a_reason(lanhe: Any, starts: Fixture, view: Fixture
                                                  ) -> None:
    served = starts("office", lanhe, PEOPLE)
    lead, reviewer, auditor = view(), view(), view()
    page = room(log_in(reviewer, served, "顾言"))
    at = masked(page)
    page.click(f"#card-{at} blockquote")
    assert page.locator("#cards .card.current").count() == 1
    assert page.locator(UNMASK).count() == 0
    page = room(log_in(lead, served, "沈知白"))
    page.click(f"#card-{masked(page)} blockquote")
    page.click(UNMASK)
    page.wait_for_selector("dialog textarea:focus")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog .wrong:not([hidden])")
    page.fill("dialog textarea", "　\u200b ")
    page.click("dialog button[type=submit]")
    page.wait_for_timeout(300)
    assert page.locator("dialog .quote.tall").count() == 0
    page.fill("dialog textarea", "核对领导小组成员与文件是否一致")
    shoot(page, "unmask")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog .quote.tall")
    shown = page.inner_text("dialog .quote.tall")
    assert "段" in shown and "*" not in shown
    shoot(page, "unmasked")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert "段**" in page.inner_text(f"#card-{at} blockquote") and shown not in page.content()
    page = log_in(auditor, served, "方审")
    page.goto(f"{served.address}/audit")
    page.wait_for_selector(".chain tbody tr")
    page.select_option("#which", index=page.locator("#which option").count() - 1)
    until(page, "document.querySelector('.chain').textContent.includes('核对领导小组成员')")
    told = page.inner_text(".chain tbody tr:has-text('核对领导小组成员')")
    assert "沈知白" in told and shown not in page.content()
    for one in (lead, reviewer, auditor):
        one.clean()


def asked(address: str, token: str, body: bytes | None = None) -> int:
    """The status that a program with a key is answered."""
    request = urllib.request.Request(address, body, {
        "Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


def test_a_key_is_shown_once_reads_and_is_revoked(lanhe: Any, starts: Fixture, view: Fixture
                                                  ) -> None:
    served = starts("office", lanhe, PEOPLE)
    seen = view()
    page = log_in(seen, served, "沈知白")
    page.click(".tokens summary")
    page.click("button:has-text('新建令牌')")
    page.fill("dialog input[name=label]", "汇总<b>表</b>")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog .mono")
    token = page.inner_text("dialog .mono")
    shoot(page, "token")
    units = f"{served.address}/api/units"
    assert len(token) > 30 and asked(units, token) == 200
    assert asked(f"{served.address}/api/tokens", token, b'{"label": "x"}') in (401, 403, 404)
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    page.wait_for_selector(".tokens summary")
    assert token not in page.content()
    page.click(".tokens summary")
    assert "汇总<b>表</b>" in page.inner_text(".tokens li")
    shoot(page, "tokens")
    page.click(".tokens button:has-text('作废')")
    page.wait_for_selector(".tokens li", state="detached")
    assert asked(units, token) == 401
    seen.clean()


def test_an_hour_away_with_a_note_half_written(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    served = starts("office", lanhe, PEOPLE)
    seen = view()
    page = room(log_in(seen, served, "顾言"))
    step(page)
    page.keyboard.press("n")
    page.keyboard.type("写到一半，去开会了")
    served.later(61)
    page.keyboard.type("，回来接着写")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog input[name=password]")
    shoot(page, "hour")
    page.fill("dialog input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#card-0 .made .note")
    assert "写到一半，去开会了，回来接着写" in page.inner_text("#card-0 .made .note")
    # The page is opened again instead: the login leads back, and the note is where it was.
    page.keyboard.press("n")
    page.fill("dialog textarea", "第二次写到一半")
    served.later(122)
    page.reload()
    page.wait_for_selector("main input[name=password]")
    page.fill("input[name=name]", "顾言")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("#card-0")
    step(page)
    page.keyboard.press("n")
    page.wait_for_selector("dialog textarea")
    assert page.input_value("dialog textarea") == "第二次写到一半"
    seen.clean()


def test_an_hour_away_from_a_room_of_ones_own(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    served = starts("local", lanhe)
    seen = view()
    page = enter(seen, served)
    step(page)
    page.keyboard.press("n")
    page.keyboard.type("写到一半")
    served.later(61)
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog .told")
    shoot(page, "hour-local")
    served.next_line()
    other = page.context.new_page()
    other.goto(served.link)
    other.click("button[type=submit]")
    other.wait_for_selector(".unitcard")
    other.close()
    page.click("dialog:has(.told) button[type=submit]")
    page.wait_for_selector("#card-0 .made .note")
    assert "写到一半" in page.inner_text("#card-0 .made .note")
    page.keyboard.press("a")
    is_saved(page, 0, "采信")
    seen.clean()
