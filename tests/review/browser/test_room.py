"""A review as a reviewer does it: with the keyboard, on the sample archive."""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatch
from typing import Any

from tests.review.browser.conftest import enter, room, shoot, until

Fixture = Callable[..., Any]


def chip(page: Any, index: int) -> str:
    return page.inner_text(f"#card-{index} .top .chip >> nth=0")


def is_saved(page: Any, index: int, words: str) -> None:
    until(page, "([place, words]) => document.querySelector(place)?.textContent === words",
        arg=[f"#card-{index} .top .chip", words])


def shown(page: Any) -> None:
    page.wait_for_selector("#right:not([aria-busy]) .frame")


def step(page: Any, key: str = "j") -> None:
    page.keyboard.press(key)
    page.wait_for_timeout(50)
    shown(page)


def concludes(page: Any) -> None:
    """Save a verdict although evidence is open: said so, and pressed once more."""
    page.click(".verdict button[type=submit]")
    page.click(".verdict button[type=submit]:has-text('仍要保存')")


def test_a_whole_review_by_keyboard(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    page.keyboard.press("a")
    until(page, "document.querySelector('#alert').textContent.includes('先看原件')")
    step(page)
    page.wait_for_selector("#right .frame.loaded")
    assert page.locator("#right svg.sheet rect.box").count() >= 1
    page.keyboard.press("a")
    is_saved(page, 0, "采信")
    until(page, "document.querySelector('.asked .slot .glyph.confirmed') !== null")
    assert "拟" in page.inner_text("#proposal") and page.locator("#proposal s").count() == 0
    shoot(page, "room")
    step(page)
    page.keyboard.press("r")
    page.wait_for_selector("dialog[open]")
    shoot(page, "reject")
    page.keyboard.press("4")
    is_saved(page, 1, "不采信")
    assert "只" in page.inner_text("#card-1 .made")
    assert "拟" in page.inner_text("#proposal s")
    assert "以各格为准" in page.inner_text("#proposal")
    step(page)
    page.keyboard.press("u")
    is_saved(page, 2, "存疑")
    page.keyboard.press("n")
    page.keyboard.type("时间对不上，请单位说明 j k a")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#card-2 .made .note")
    assert "j k a" in page.inner_text("#card-2 .made .note") and chip(page, 2) == "存疑"
    until(page, "document.activeElement.id === 'card-2'")
    page.keyboard.press("s")
    page.keyboard.press("1")
    page.wait_for_selector("#card-2 .stage-plan")
    page.keyboard.press("z")
    page.wait_for_selector("#card-2 .stage-plan", state="detached")
    assert chip(page, 2) == "存疑"
    step(page)
    page.keyboard.press("m")
    page.wait_for_selector("dialog[open] select:focus")
    for field, presses in (("indicator", 2), ("requirement", 1)):
        page.focus(f"dialog select[name={field}]")
        for _ in range(presses):
            page.keyboard.press("ArrowDown")
    order = page.evaluate("""() => [...document.querySelectorAll("dialog select, dialog button")]
        .map((one) => one.name || one.textContent)""")
    assert order == ["indicator", "requirement", "period", "go", "取消", "×"]
    page.keyboard.press("Enter")
    is_saved(page, 3, "不采信")
    assert "移到" in page.inner_text("#card-3 .made")
    step(page, "k")
    assert page.get_attribute("#card-2", "aria-current") == "true"
    # The verdict: nothing is filled in beforehand; choosing and points are the reviewer's.
    assert page.locator(".verdict input:checked").count() == 0
    assert page.input_value(".points input") == ""
    page.keyboard.press("v")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("99")
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict .wrong:not([hidden])")
    page.keyboard.press("Control+A")
    page.keyboard.type("3.5")
    page.keyboard.press("Enter")
    page.wait_for_selector(".verdict .wrong:not([hidden])")
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#verdict-saved').textContent.includes('部分符合')")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    until(page, "document.activeElement.id === 'card-2'")
    page.keyboard.press("]")
    until(page, "document.querySelector('#wording .id').textContent === 'Y02'")
    page.keyboard.press("[")
    until(page, "document.querySelector('#wording .id').textContent === 'Y01'")
    page.keyboard.press("[")
    until(page, "document.querySelector('#status').textContent.includes('第一项')")
    page.reload()
    page.wait_for_selector("#card-3")
    assert [chip(page, index) for index in range(4)] == ["采信", "不采信", "存疑", "不采信"]
    assert page.input_value(".points input") == "3.5"
    told = page.evaluate("fetch(location.pathname.replace('/u/', '/api/units/') + '/verify')"
                         ".then((answer) => answer.json())")
    assert told["bad"] is None and told["count"] >= 7
    seen.clean()


def test_keys_are_not_stolen(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    step(page)
    page.focus(".verdict textarea")
    page.keyboard.type("arumsnz/?jk")
    assert page.input_value(".verdict textarea") == "arumsnz/?jk"
    assert page.get_attribute("#card-0", "aria-current") == "true" and chip(page, 0) == "未复核"
    page.focus("#card-0")
    for held in ("Control", "Alt", "Meta"):
        page.evaluate("""(held) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
            {key: "a", bubbles: true, ctrlKey: held === "Control", altKey: held === "Alt",
             metaKey: held === "Meta"}))""", held)
    page.evaluate("""() => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
        {key: "a", bubbles: true, isComposing: true}))""")
    page.wait_for_timeout(200)
    assert chip(page, 0) == "未复核"
    page.keyboard.press("r")
    page.wait_for_selector("dialog[open]")
    for _ in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || "
                             "document.querySelector('dialog').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    assert page.evaluate("document.activeElement.id") == "card-0" and chip(page, 0) == "未复核"
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open] .keys")
    shoot(page, "help")
    seen.clean()


def test_search_and_attach(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    step(page)
    step(page)
    page.keyboard.press("/")
    page.keyboard.type("职工")
    page.wait_for_selector("#finds .card")
    page.keyboard.press("Escape")
    until(page, "document.activeElement.id === 'card-1'")
    assert page.get_attribute("#card-1", "aria-current") == "true"
    shown(page)
    page.keyboard.press("/")
    page.wait_for_selector("#finds .card")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'card-0'")
    step(page)
    shoot(page, "search")
    page.keyboard.press("a")
    page.wait_for_selector("dialog[open]")
    page.select_option("dialog select[name=indicator]", "Y16")
    page.select_option("dialog select[name=requirement]", index=1)
    page.fill("dialog textarea", "工具没有提议")
    shoot(page, "attach")
    if not page.input_value("dialog select[name=period]"):
        page.select_option("dialog select[name=period]", index=1)
    page.click("dialog button[type=submit]")
    until(page, "document.querySelector('#card-0')?.textContent.includes('Y16')")
    page.click(".queues >> text=整份文件")
    page.wait_for_selector("#finds .card")
    page.fill("#words", "命名")
    until(page, "document.querySelectorAll('#finds .card').length === 1")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.id === 'card-0'")
    step(page)
    page.keyboard.press("a")
    page.select_option("dialog select[name=indicator]", "Y16")
    page.select_option("dialog select[name=requirement]", "-")
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog", state="detached")
    page.keyboard.press("Escape")
    page.click("[data-hold='i-Y16']")
    until(page, "[...document.querySelectorAll('#cards .card')].filter((card) =>"
                           " card.textContent.includes('人工补充')).length === 2")
    seen.clean()


def test_queues_and_sample(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    page.click("[data-hold=queue-uncertain]")
    page.wait_for_selector("#short", state="attached")
    sure = [float(words.split()[-1]) for words in page.locator(".card .sure").all_inner_texts()[:8]]
    assert len(sure) == 8 and max(sure) < 0.95
    step(page)
    assert page.inner_text("#short .id") == page.inner_text("#card-0 .chip.id")
    page.click("[data-hold=queue-sample]")
    page.wait_for_selector("#recall .told")
    step(page)
    page.keyboard.press("r")
    is_saved(page, 0, "不是佐证")
    until(page, "!document.querySelector('#recall').textContent.includes('还没有抽查')")
    shoot(page, "sample")
    page.click("[data-hold=queue-open]")
    page.wait_for_selector("#card-0")
    seen.clean()


def test_what_is_unread_stands_on_top_and_hinders_a_no(lanhe: Any, starts: Fixture, view: Fixture
                                                       ) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    page.click(".unreadbox summary")
    assert "加密台账.docx" in page.inner_text(".unreadbox")
    shoot(page, "unread")
    page.check(".pick input[value=not_met]", force=True)
    page.click(".verdict button[type=submit]")
    page.wait_for_selector(".verdict .wrong:not([hidden])")
    page.check(".despite input")
    concludes(page)
    until(page, "document.querySelector('#verdict-saved').textContent.includes('不符合')")
    page.click(".slot >> nth=0")
    page.fill("dialog textarea", "本项材料另行报送")
    shoot(page, "answer")
    page.click("dialog button[type=submit]")
    page.wait_for_selector(".slot .chip")
    page.click(".slot >> nth=0")
    assert "本项材料另行报送" in page.inner_text("dialog .answers")
    seen.clean()


def test_a_paper_removed_after_screening(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    seen = view()
    served = starts("local", lanhe)
    page = enter(seen, served)
    path = page.evaluate("""async () => {
      const unit = location.pathname.replace("/u/", "/api/units/");
      return (await (await fetch(`${unit}/indicators/Y01`)).json()).evidence[0].path }""")
    # A name in a file's name is masked on the page.
    folder = lanhe.parent / "岚河市交通运输局"
    original = next(one for one in folder.rglob("*") if fnmatch(str(one.relative_to(folder)), path))
    aside = original.with_name("aside")
    original.rename(aside)
    try:
        page.reload()
        page.wait_for_selector("#card-0")
        page.keyboard.press("j")
        page.wait_for_selector("#right .wrong")
        assert "原件缺失" in page.inner_text("#right") and page.locator("#right .marked").count()
        shoot(page, "missing")
    finally:
        aside.rename(original)
    seen.clean()


def test_language_switch(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    wording = page.inner_text("#wording")
    page.click("text=English")
    page.wait_for_selector("text=Save verdict")
    page.wait_for_selector("#card-0")
    assert page.get_attribute("html", "lang") == "en" and page.inner_text("#wording") == wording
    shoot(page, "english")
    page.click("text=中文")
    page.wait_for_selector("text=保存结论")
    seen.clean()


# The body clips what is too wide, so every part is asked, too.
WIDEST = """[document.documentElement, ...document.querySelectorAll(".part, .list, .card, .page")]
    .filter((one) => one.getClientRects().length)
    .reduce((most, one) => Math.max(most, Math.ceil(one.getBoundingClientRect().right),
            one.scrollWidth), 0)"""


def fits(page: Any, name: str = "") -> None:
    """Nothing is cut off on a narrow screen, nor on a very narrow one."""
    for width in (320, 360):
        page.set_viewport_size({"width": width, "height": 740})
        assert page.evaluate(WIDEST) == width, name
        if name:
            shoot(page, name)


def test_a_narrow_screen(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    seen = view(360, 740)
    page = enter(seen, starts("local", lanhe))
    page.click("[data-pane-to=right]")
    told = page.inner_text("#right")
    assert "点一条" in told and "j、k" not in told
    page.click("[data-pane-to=middle]")
    step(page)
    assert page.is_visible("#right .frame")
    page.keyboard.press("a")
    is_saved(page, 0, "采信")
    fits(page, "room")
    for pane in ("left", "right", "middle"):
        page.focus(f"[data-pane-to={pane}]")
        page.keyboard.press("Enter")
        assert page.is_visible(f".{pane}")
        fits(page, f"pane-{pane}")
    page.keyboard.press("/")
    page.keyboard.type("学习")
    page.wait_for_selector("#finds .card")
    fits(page)
    base = page.url.split("#")[0]
    for rest in ("/overview", "/differences"):
        page.goto(base + rest)
        page.wait_for_selector("#content:not([aria-busy])")
        fits(page, rest[1:])
    page.goto(base.split("/u/")[0])
    room(page)
    seen.clean()


def test_a_picture_that_is_still_being_made(lanhe: Any, starts: Fixture, view: Fixture) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    asked = []

    def later(route: Any) -> None:
        told = route.fetch().json()
        asked.append(told)
        route.fulfill(json=told if len(asked) > 2 else {**told, "picture": None, "pending": True})

    page.route("**/original?*", later)
    page.keyboard.press("j")
    page.wait_for_selector("#right .marked")
    assert "正在生成" in page.inner_text("#right")
    page.wait_for_selector("#right svg.sheet rect.box")
    assert len(asked) == 3
    seen.clean()


def test_nothing_is_decided_on_what_was_not_opened(lanhe: Any, starts: Fixture, view: Fixture
                                                   ) -> None:
    seen = view()
    page = enter(seen, starts("local", lanhe))
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    page.route("**/original?*", lambda route: route.abort())
    page.keyboard.press("j")
    page.wait_for_selector("#right .wrong")
    for key in "arum":
        page.keyboard.press(key)
    until(page, "document.querySelector('#alert').textContent.includes('原件')")
    assert sent == [] and chip(page, 0) == "未复核" and not page.locator("dialog").count()
    page.unroute("**/original?*")
    page.click("#right button:has-text('再试一次')")
    shown(page)
    page.focus("#card-0")
    page.keyboard.press("a")
    is_saved(page, 0, "采信")
