"""What was asked for too early, twice, or of nobody: it waits, and it is said what for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.review.browser.conftest import enter, shoot, until
from tests.review.browser.looking import asks
from tests.review.browser.test_room import chip, is_saved, shown, step
from tests.review.browser.test_slots import said

Fixture = Callable[..., Any]


def alerts(page: Any, words: str) -> None:
    until(page, "(words) => document.querySelector('#alert').textContent.includes(words)",
          arg=words)


def test_a_key_pressed_before_the_original_is_there_waits_for_it(lanhe: Any, starts: Fixture,
                                                                 view: Fixture) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    sent: list[str] = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    held: list[Any] = []
    page.route("**/original?*", lambda route: held.append(route))
    page.keyboard.press("j")
    page.keyboard.press("a")
    is_saved(page, 0, "等原件打开")
    said(page, "打开后自动处理：采信")
    assert sent == []
    # Going on without having seen it: nothing is decided, and that is said.
    page.keyboard.press("j")
    alerts(page, "没有保存")
    assert chip(page, 0) == "未复核" and sent == []
    page.keyboard.press("k")
    page.keyboard.press("a")
    is_saved(page, 0, "等原件打开")
    page.unroute("**/original?*")
    is_saved(page, 0, "采信")
    assert chip(page, 1) == "未复核" and len(sent) == 1
    seen.clean()


def test_a_service_that_has_stopped_is_called_that(lanhe: Any, starts: Fixture, view: Fixture
                                                   ) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    step(page)
    page.fill(".verdict textarea", "还没写完的理由")
    page.focus("#card-0")
    page.route("**/api/**", lambda route: route.abort())
    page.keyboard.press("j")
    page.wait_for_selector("#right .wrong")
    told = page.inner_text("#line")
    assert "已停止" in told and "保留" in told and "zuozheng review" in told
    page.keyboard.press("a")
    alerts(page, "已停止")
    assert "先看原件" not in page.inner_text("#alert")
    shoot(page, "stopped")
    asks(page, "stopped")
    page.unroute("**/api/**")
    page.click("#line button")
    page.wait_for_selector("#line", state="hidden")
    shown(page)
    page.keyboard.press("a")
    is_saved(page, 1, "采信")
    assert page.input_value(".verdict textarea") == "还没写完的理由"
    seen.clean()


def test_a_full_disk_is_told_as_the_server_tells_it(lanhe: Any, starts: Fixture, view: Fixture
                                                    ) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    step(page)

    def full(route: Any) -> None:
        route.fulfill(status=503, headers={"Retry-After": "2"}, json={
            "error": "store_full", "text": "磁盘已满，这一步没有保存。\n请管理员腾出空间。"})

    page.route("**/evidence", full)
    page.keyboard.press("a")
    is_saved(page, 0, "等待保存")
    page.evaluate("""() => { window.lines = []; new MutationObserver(() => window.lines.push(
        document.querySelector("#line").textContent)).observe(document.querySelector("#line"),
        {childList: true}) }""")
    # Pages can be read all the same: that is no sign that it would be saved now.
    step(page)
    page.wait_for_timeout(300)
    told = page.inner_text("#line")
    assert "磁盘已满" in told and "腾出空间" in told and "1 条" in told
    assert "正忙" not in told and "已恢复" not in "".join(page.evaluate("window.lines"))
    shoot(page, "full")
    page.route("**/original?*", lambda route: route.fulfill(status=503, json={
        "error": "store_unreachable", "text": "暂时连不上数据库。"}))
    page.keyboard.press("j")
    page.wait_for_selector("#right .wrong")
    assert "连不上数据库" in page.inner_text("#right")
    page.keyboard.press("a")
    alerts(page, "连不上数据库")
    page.unroute("**/original?*")
    page.unroute("**/evidence")
    page.click("#line button")
    is_saved(page, 0, "采信")
    page.wait_for_selector("#line", state="hidden")
    seen.clean()


def test_a_room_that_cannot_be_read_says_so_alone(lanhe: Any, starts: Fixture, view: Fixture
                                                  ) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    page.route("**/api/units/*", lambda route: route.fulfill(status=424, json={
        "error": "run_missing", "text": "上次的结果不在了。\n请去掉 --last 再运行。"}))
    page.reload()
    page.wait_for_selector("#main .error")
    assert page.inner_text("#main h1") == "上次的结果不在了。"
    assert "去掉 --last" in page.inner_text("#main .next")
    assert "正在读取" not in page.inner_text("#room")
    seen.clean()


def test_a_verdict_before_the_evidence_is_asked_about(lanhe: Any, starts: Fixture, view: Fixture
                                                      ) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    bodies: list[Any] = []
    page.on("request", lambda request: request.url.endswith("/verdict")
            and bodies.append(request.post_data_json))
    page.focus(".pick input >> nth=0")
    page.keyboard.press("Space")
    page.focus(".verdict textarea")
    page.keyboard.type("先记一笔")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".verdict .wrong:not([hidden])")
    asked = page.inner_text(".verdict .wrong")
    assert "？" in asked and "12" in asked
    assert page.inner_text(".verdict button[type=submit]") == "仍要保存"
    until(page, "document.activeElement.type === 'submit'")
    shoot(page, "asked")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#verdict-saved').textContent.includes('已复核 0/12 条')")
    assert [body["despite_open"] for body in bodies] == [False, True]
    # What was meant of one verdict is not meant of the next.
    page.check(".pick input[value=partly]", force=True)
    assert page.inner_text(".verdict button[type=submit]") == "保存结论"
    page.check(".pick input[value=not_met]", force=True)
    order = page.evaluate("""() => [...document.querySelectorAll(
        ".verdict textarea, .verdict .despite input, .verdict button")].map((one) => one.type)""")
    assert order == ["textarea", "checkbox", "submit"]
    seen.clean()


def test_a_second_start_knows_who_worked_here(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    served = starts("local", lanhe)
    enter(view(), served, "沈知白")
    again = starts("local", lanhe, where=served.out)
    page = view().page
    page.goto(again.link)
    assert "沈知白" in page.inner_text("main")
    assert page.locator("input[name=name]:visible").count() == 0
    shoot(page, "greeted")
    page.click("text=不是我")
    page.wait_for_selector("input[name=name]:focus")
    assert page.input_value("input[name=name]") == ""
    page.go_back()
    page.focus("main button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".unitcard")
    assert page.inner_text(".who") == "沈知白"


def test_the_log_says_what_was_done(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    step(page)
    page.keyboard.press("a")
    is_saved(page, 0, "采信")
    page.keyboard.press("s")
    page.keyboard.press("1")
    page.wait_for_selector("#card-0 .stage-plan")
    page.keyboard.press("n")
    page.keyboard.type("请补原件")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("#card-0 .made .note")
    page.keyboard.press("z")
    page.wait_for_selector("#card-0 .made .note", state="detached")
    page.check(".pick input[value=site]", force=True)
    page.click(".verdict button[type=submit]")
    until(page, "document.querySelector('#verdict-saved').textContent.includes('需现场核查')")
    page.goto(page.url.split("/u/")[0] + "/audit?unit=" + page.get_attribute("body", "data-unit"))
    page.wait_for_selector(".chain tbody tr >> nth=4")
    told = page.locator(".chain tbody td:nth-child(5)").all_inner_texts()[-5:]
    assert len(set(told)) == 5, told
    for words, line in zip(("采信", "阶段", "备注", "撤销", "需现场核查"), told, strict=True):
        assert words in line, told
    shoot(page, "audit-told")
    seen.clean()
