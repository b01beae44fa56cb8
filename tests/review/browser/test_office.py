"""Several reviewers: who decides first, who sees what, and what happens when the line is down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.review.browser.conftest import PASSWORD, enter, log_in, room, shoot, until
from tests.review.browser.looking import asks
from tests.review.browser.test_room import chip, concludes, is_saved, step

Fixture = Callable[..., Any]
PEOPLE = {"顾言": "reviewer", "岑溪": "reviewer", "沈知白": "lead", "罗管": "admin",
          "方审": "auditor"}


def hand_in(page: Any) -> None:
    page.click(".hand-in")
    page.wait_for_selector("dialog[open]")
    shoot(page, "hand-in")
    page.click("dialog button[type=submit]")
    page.wait_for_selector(".hand-in", state="detached")
    step(page)
    page.keyboard.press("u")
    until(page, "document.querySelector('#alert').textContent.includes('提交')")


def test_two_blind_reviewers_and_the_lead(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    served = starts("office", lanhe, PEOPLE)
    lead, first, second = view(), view(), view()
    page = room(log_in(lead, served, "沈知白"))
    differences = page.url.split("#")[0] + "/differences"
    page.goto(differences)
    page.click("text=背对背复核")
    page.wait_for_selector("button[aria-pressed=true]:has-text('背对背复核')")
    one = room(log_in(first, served, "顾言"))
    step(one)
    one.keyboard.press("a")
    is_saved(one, 0, "采信")
    step(one)
    one.keyboard.press("a")
    is_saved(one, 1, "采信")
    # What only one of them says, and what the unit says.
    one.check(".pick input[value=met]", force=True)
    concludes(one)
    until(one, "document.querySelector('#verdict-saved').textContent.includes('符合')")
    one.click(".slot >> nth=0")
    one.fill("dialog textarea", "本项材料另行报送")
    one.click("dialog button[type=submit]")
    one.wait_for_selector(".slot .chip")
    two = room(log_in(second, served, "岑溪"))
    two.click(".slot >> nth=0")
    assert "本项材料另行报送" in two.inner_text("dialog .answers")
    two.keyboard.press("Escape")
    two.wait_for_selector("dialog", state="detached")
    assert [chip(two, 0), chip(two, 1)] == ["未复核", "未复核"]
    assert "顾言" not in two.inner_text("body")
    step(two)
    two.keyboard.press("r")
    two.keyboard.press("1")
    is_saved(two, 0, "不采信")
    step(two)
    two.keyboard.press("a")
    is_saved(two, 1, "采信")
    page.reload()
    page.wait_for_selector("#content:not([aria-busy])")
    assert page.locator(".difference").count() == 0 and "采信" not in page.inner_text("#content")
    hand_in(one)
    page.reload()
    page.wait_for_selector(".handed")
    told = page.inner_text("#content")
    assert "尚未提交：岑溪" in told and "全部提交后" in told
    page.click("li:has-text('顾言 已提交') button")
    page.fill("dialog textarea", "误点了提交")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("#content .told:has-text('顾言')")
    one.reload()
    for each in (one, two):
        each.wait_for_selector("#card-0")
        hand_in(each)
    page.reload()
    page.wait_for_selector(".difference")
    assert page.locator(".difference").count() == 2
    assert "只有一人给出" in page.inner_text(".difference >> nth=0")
    assert page.locator(".difference >> nth=0").locator(".sides > div").count() == 1
    told = page.inner_text(".difference >> nth=1")
    assert "顾言" in told and "岑溪" in told and "采信" in told and "不采信" in told
    assert "党组织每年落实学习" in told
    assert "不能再退回" in page.inner_text("#content") and not page.locator(".handed").count()
    shoot(page, "differences")
    page.goto(differences.replace("/differences", "/overview"))
    page.wait_for_selector("#alone")
    assert "Y01" in page.inner_text("#alone")
    assert "只有一人给出" in page.inner_text(".matrix td.verdict >> nth=0")
    shoot(page, "alone")
    page.goto(differences)
    page.click(".difference >> nth=0 >> button.main")
    page.check("dialog input[value=met]")
    page.click("dialog button[type=submit]")
    page.wait_for_selector(".difference.settled")
    assert page.locator(".difference .chip.plan").count() == 0
    page.click(".difference >> nth=1 >> button.main")
    page.check("dialog input[value=accepted]")
    assert page.locator("dialog .picks input:checked").count() >= 2
    shoot(page, "settle")
    asks(page, "settle")
    page.fill("dialog textarea", "有时间、有人数")
    page.click("dialog button[type=submit]")
    page.wait_for_selector(".difference.settled:has-text('有时间、有人数')")
    assert page.locator(".agreement tbody tr").count() >= 1
    for seen in (lead, first, second):
        seen.clean()


def test_who_comes_second_sees_both_views_and_chooses(lanhe: Any, starts: Fixture, view: Fixture
                                                      ) -> None:
    served = starts("office", lanhe, PEOPLE)
    one, two = room(log_in(view(), served, "顾言")), room(log_in(view(), served, "岑溪"))
    for page in (one, two):
        step(page)
    one.keyboard.press("a")
    is_saved(one, 0, "采信")
    two.keyboard.press("u")
    two.wait_for_selector("dialog .sides")
    shoot(two, "conflict")
    assert "顾言" in two.inner_text("dialog .sides") and "存疑" in two.inner_text("dialog .sides")
    two.keyboard.press("Escape")
    is_saved(two, 0, "采信")
    two.keyboard.press("u")
    is_saved(two, 0, "存疑")
    one.keyboard.press("r")
    one.keyboard.press("1")
    one.click("dialog:has(.sides) button[type=submit]")
    is_saved(one, 0, "不采信")


def test_a_passage_is_not_moved_over_what_somebody_else_decided(lanhe: Any, starts: Fixture,
                                                                view: Fixture) -> None:
    served = starts("office", lanhe, PEOPLE)
    one, two = room(log_in(view(), served, "顾言")), room(log_in(view(), served, "岑溪"))
    for page in (one, two):
        step(page)
    status = one.evaluate("""async () => {
      const unit = location.pathname.replace("/u/", "/api/units/");
      const card = (await (await fetch(`${unit}/indicators/Y01`)).json()).evidence[0];
      await fetch(`${unit}/original?indicator=Y02&target=${card.target}`);
      const post = (body) => fetch(`${unit}/evidence`, { method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ indicator: "Y02", target: card.target, ...body }) });
      await post({ key: "first-key", version: 0, verdict: "accepted", attached: true });
      const told = await post({ key: "second-key", version: 1, verdict: "rejected",
                                reason: "slogan", attached: true });
      return told.ok || await told.text() }""")
    assert status is True
    two.keyboard.press("m")
    two.select_option("dialog select[name=indicator]", "Y02")
    two.select_option("dialog select[name=requirement]", index=1)
    two.click("dialog button[type=submit]")
    two.wait_for_selector("dialog .sides")
    assert "顾言" in two.inner_text("dialog .sides") and chip(two, 0) == "未复核"
    shoot(two, "conflict-there")
    two.click("dialog button[type=submit]")
    until(two, "document.querySelector('#wording .id').textContent === 'Y02'")
    until(two, "document.querySelector('.card.current')?.textContent.includes('不采信')")


def test_a_line_that_is_down_loses_nothing_and_doubles_nothing(lanhe: Any, starts: Fixture,
                                                               view: Fixture) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    step(page)
    base = page.evaluate("location.pathname.replace('/u/', '/api/units/')")
    # The answer of the first write is lost on its way back: it was saved, and nobody knows. The
    # line stays down until what the page says meanwhile was seen.
    lost: list[int] = []

    def loses(route: Any) -> None:
        if not lost:
            lost.append(route.fetch().status)
        route.abort()

    page.route("**/evidence", loses)
    page.keyboard.press("a")
    is_saved(page, 0, "等待保存")
    assert page.is_visible("#line") and lost == [200]
    shoot(page, "down")
    page.keyboard.press("u")
    until(page, "document.querySelector('#alert').textContent.includes('等待保存')")
    page.unroute("**/evidence")
    is_saved(page, 0, "采信")
    assert not page.is_visible("#line")
    audit = page.evaluate("(base) => fetch(`${base}/audit`).then((told) => told.json())", base)
    assert [entry["kind"] for entry in audit["entries"]].count("evidence") == 1


def test_what_was_not_sent_is_sent_after_the_page_is_opened_again(lanhe: Any, starts: Fixture,
                                                                  view: Fixture) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    step(page)
    page.route("**/evidence", lambda route: route.abort())
    page.keyboard.press("a")
    is_saved(page, 0, "等待保存")
    page.unroute("**/evidence")
    page.reload()
    page.wait_for_selector("#card-0")
    is_saved(page, 0, "采信")


def test_a_visit_that_ended_is_begun_again_in_place(lanhe: Any, starts: Fixture, view: Fixture
                                                    ) -> None:
    served = starts("office", lanhe, PEOPLE)
    seen = view()
    page = room(log_in(seen, served, "顾言"))
    step(page)
    page.fill(".verdict textarea", "写了一半的理由")
    page.focus("#card-0")
    page.context.clear_cookies()
    page.keyboard.press("a")
    page.wait_for_selector("dialog input[name=password]")
    shoot(page, "visit-over")
    page.keyboard.press("Escape")
    page.fill("dialog input[name=password]", "不是这个口令而是别的")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog .wrong:not([hidden])")
    page.fill("dialog input[name=password]", PASSWORD)
    page.wait_for_timeout(1500)
    page.keyboard.press("Enter")
    is_saved(page, 0, "采信")
    assert page.input_value(".verdict textarea") == "写了一半的理由"
    page.click("[data-hold='i-Y02']")
    until(page, "document.querySelector('#wording .id').textContent === 'Y02'")
    page.click("[data-hold='i-Y01']")
    until(page, "document.querySelector('#wording .id').textContent === 'Y01'")
    assert page.input_value(".verdict textarea") == "写了一半的理由"


def test_accounts_and_audit(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    served = starts("office", lanhe, PEOPLE)
    admin, auditor = view(), view()
    page = log_in(admin, served, "罗管")
    page.goto(served.address + "/accounts")
    page.wait_for_selector(".accounts tbody tr")
    page.fill("form input[name=name]", "<b>苏木</b>")
    page.fill("form input[name=password]", "短")
    page.click("form.rowform button[type=submit]")
    page.wait_for_selector("#content .wrong:not([hidden])")
    page.fill("form input[name=password]", PASSWORD)
    page.click("form.rowform button[type=submit]")
    page.wait_for_selector(".accounts th:has-text('<b>苏木</b>')")
    page.click("tr:has-text('<b>苏木</b>') >> text=授权单位")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("tr:has-text('<b>苏木</b>') .granted")
    shoot(page, "accounts")
    page = log_in(auditor, served, "方审")
    page.goto(served.address + "/audit")
    page.wait_for_selector(".chain tbody tr")
    page.select_option("#which", index=page.locator("#which option").count() - 1)
    page.click("#verify")
    page.wait_for_selector("#checked .told")
    shoot(page, "audit")
    admin.clean()
    auditor.clean()


def test_an_account_that_was_closed_is_told_so(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    served = starts("office", lanhe, PEOPLE)
    one = room(log_in(view(), served, "顾言"))
    step(one)
    page = log_in(view(), served, "罗管")
    page.click("tr:has-text('顾言') button:has-text('停用')")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("tr.closed:has-text('顾言')")
    one.keyboard.press("a")
    one.wait_for_selector("dialog[open]")
    told = one.inner_text("dialog[open]")
    assert "已停用" in told and "1 条" in told and not one.locator("dialog input").count()
    shoot(one, "closed")
    one.goto(served.address + "/login")
    one.fill("input[name=name]", "顾言")
    one.fill("input[name=password]", PASSWORD)
    one.keyboard.press("Enter")
    one.wait_for_selector("#problem:has-text('已停用')")
