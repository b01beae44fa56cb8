"""What an accepted passage confirms is said before it is accepted, and chosen by the reviewer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.review.browser.conftest import PASSWORD, enter, room, shoot, until
from tests.review.browser.looking import asks
from tests.review.browser.test_room import is_saved, step

Fixture = Callable[..., Any]
SLOTS = """() => [...document.querySelectorAll(".asked li")].map((one) =>
    [...one.querySelectorAll(".slot")].map((slot) => slot.querySelector("small").textContent))"""


def said(page: Any, words: str) -> None:
    """A toast with these words."""
    until(page, "(words) => document.querySelector('#status').textContent.includes(words)",
          arg=words)


def figures(page: Any) -> list[str]:
    """The figures of the two bars on the left."""
    found: list[str] = page.locator("#left .meter b").all_inner_texts()
    return found


def opens(page: Any, indicator: str) -> None:
    page.click(f"[data-hold='i-{indicator}']")
    until(page, "(id) => document.querySelector('#wording .id').textContent === id", arg=indicator)


def test_what_is_ticked_is_confirmed_and_nothing_else(lanhe: Any, starts: Fixture, view: Fixture
                                                      ) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    step(page)
    boxes = page.locator("#card-0 .picks input[type=checkbox]")
    assert boxes.count() >= 2
    assert all(boxes.nth(at).is_checked() for at in range(boxes.count()))
    page.keyboard.press("1")
    assert not boxes.nth(0).is_checked() and boxes.nth(1).is_checked()
    page.keyboard.press("a")
    is_saved(page, 0, "采信")
    until(page, f"({SLOTS})()[1].includes('1/1')")
    confirmed = [figure for row in page.evaluate(SLOTS) for figure in row if figure == "1/1"]
    assert len(confirmed) == 1 and "1/1" not in page.evaluate(SLOTS)[0]
    said(page, "确认 1 项要求")
    shoot(page, "ticks")
    # A change of what is ticked is said to be unsaved, and saved by the same key.
    page.keyboard.press("1")
    page.wait_for_selector("#card-0 .dirty:not([hidden])")
    page.keyboard.press("2")
    page.keyboard.press("a")
    until(page, f"({SLOTS})()[0].includes('1/1') && !({SLOTS})()[1].includes('1/1')")
    # A note says again what stands, and changes nothing else.
    page.keyboard.press("n")
    page.keyboard.type("计划另附")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#card-0 .made .note")
    page.reload()
    page.wait_for_selector("#card-0")
    assert "1/1" in page.evaluate(SLOTS)[0] and "1/1" not in page.evaluate(SLOTS)[1]
    step(page)
    assert boxes.nth(0).is_checked() and not boxes.nth(1).is_checked()
    page.keyboard.press("z")
    page.wait_for_selector("#card-0 .made .note", state="detached")
    assert boxes.nth(0).is_checked() and not boxes.nth(1).is_checked()
    seen.clean()


def test_a_moved_passage_serves_the_slot_it_was_moved_to(lanhe: Any, starts: Fixture, view: Fixture
                                                         ) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    before = figures(page)
    opens(page, "Y16")
    there = page.evaluate(SLOTS)
    opens(page, "Y01")
    step(page)
    page.keyboard.press("m")
    page.wait_for_selector("dialog[open] select:focus")
    page.select_option("dialog select[name=indicator]", "Y16")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog .wrong:not([hidden])")
    page.select_option("dialog select[name=requirement]", index=1)
    # The year of the passage is offered where the requirement has one.
    assert page.input_value("dialog select[name=period]") == "2024"
    shoot(page, "move")
    page.click("dialog button[type=submit]")
    said(page, "已移到 Y16")
    is_saved(page, 0, "不采信")
    until(page, "(before) => document.querySelector('#left .meter b').textContent !== before",
          arg=before[0])
    made, of = map(int, figures(page)[0].split("/"))
    assert (made, of) == (1, int(before[0].split("/")[1]))
    assert "补充并采信 1 条" in page.inner_text("#left")
    opens(page, "Y16")
    until(page, f"(there) => JSON.stringify(({SLOTS})()) !== JSON.stringify(there)", arg=there)
    assert [a != b for row, was in zip(page.evaluate(SLOTS), there, strict=True)
            for a, b in zip(row, was, strict=True)].count(True) == 1
    last = page.locator("#cards .card").count() - 1
    assert "2024 年" in page.inner_text(f"#card-{last} .made")
    seen.clean()


def test_a_photo_is_no_unread_paper_and_is_seen_on_its_card(lanhe: Any, starts: Fixture,
                                                            view: Fixture) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    page.click(".unreadbox summary")
    assert "联学联建现场" not in page.inner_text(".unreadbox")
    assert "1 份文件未读" in page.inner_text(".unreadbox")
    page.click("[data-hold=photos]")
    page.wait_for_selector("#finds .card")
    assert "联学联建现场" in page.inner_text("#finds") and page.locator("#finds .card").count() == 1
    page.focus("#card-0")
    step(page)
    page.wait_for_selector("#right .frame.loaded")
    until(page, "document.querySelector('#card-0 .thumb').naturalWidth > 0")
    assert page.locator("#right > .wrong").count() == 0
    shoot(page, "photo")
    asks(page, "photo")
    page.keyboard.press("a")
    page.select_option("dialog select[name=indicator]", "Y11")
    page.select_option("dialog select[name=requirement]", index=1)
    page.select_option("dialog select[name=period]", "2023")
    shoot(page, "attach-photo")
    page.click("dialog button[type=submit]")
    said(page, "已补入 Y11")
    page.keyboard.press("Escape")
    opens(page, "Y11")
    card = page.locator("#cards .card:has(.thumb)")
    assert "照片" in card.inner_text() and "人工补充" in card.inner_text()
    assert "联学联建现场" in card.inner_text()
    until(page, "document.querySelector('#cards .thumb').naturalWidth > 0")
    until(page, "document.querySelector('#left .photosbox').textContent.includes('都已列入')")
    seen.clean()


def test_a_search_without_a_hit_says_what_to_do(lanhe: Any, starts: Fixture, view: Fixture
                                                ) -> None:
    seen = view()
    page = seen.page
    missed: list[str] = []
    page.on("response", lambda answer: answer.status >= 400 and missed.append(answer.url))
    enter(seen, starts("local", lanhe))
    page.keyboard.press("/")
    page.keyboard.type("这里没有的词")
    until(page, "document.querySelector('#finds .empty')?.textContent.includes('没有找到')")
    told = page.inner_text("#finds .empty")
    assert "短一些" in told and "遮盖" in told
    page.click(".queues >> text=整份文件")
    until(page, "document.querySelector('#finds .empty')?.textContent.includes('文件名')")
    # A room of one's own has no keys for programs: nothing is asked for that is not there.
    assert missed == []
    seen.clean()


def test_an_account_of_the_office_sees_its_own_pages(lanhe: Any, starts: Fixture, view: Fixture
                                                     ) -> None:
    served = starts("office", lanhe, {"罗管": "admin"})
    seen = view()
    page = seen.page
    page.goto(served.address + "/login")
    page.fill("input[name=name]", "罗管")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".accounts tbody tr")
    assert page.url == served.address + "/accounts"
    assert page.locator(".mast nav a").all_inner_texts() == ["留痕", "账号"]
    seen.clean()


def test_the_bars_count_the_same_things(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    page = enter(view(), starts("local", lanhe))
    cards, verdicts = figures(page)
    # What the unit does not owe waits for no verdict, and is told apart in the list.
    assert int(verdicts.split("/")[1]) == page.locator("#left .row:not(.context)").count()
    assert page.locator("#left .row.context").count() > 0
    page.click(".mast a:has-text('单位')")
    page.wait_for_selector(".unitcard .meter")
    assert page.locator(".unitcard .meter b").all_inner_texts() == [cards, verdicts]
    room(page)
