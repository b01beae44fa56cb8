"""Text from papers, names of files and notes stay text: a hundred ways of being more are tried."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.review.browser.conftest import enter, screened, shoot
from tests.review.browser.test_room import is_saved, shown, step

Fixture = Callable[..., Any]

RUN = ["alert(1)", "confirm`1`", "top['al'+'ert'](1)", "window.owned=1",
       "import('//x.invalid/a.js')"]
SHAPES = [
    "<script>{}</script>", "<img src=x onerror={}>", "<svg onload={}>", "\"><script>{}</script>",
    "'><img src=x onerror={}>", "<iframe srcdoc='<script>{}</script>'></iframe>",
    "<a href=\"javascript:{}\">材料</a>", "<details open ontoggle={}>",
    "</title><script>{}</script>",
    "</textarea><svg/onload={}>", "<math><mi//xlink:href=\"data:x,<script>{}</script>\">",
    "<body onload={}>", "{{{{constructor.constructor('{}')()}}}}", "${{{}}}",
    "<style>@import'//x.invalid';</style>{}", "<link rel=stylesheet href=//x.invalid/a.css>{}",
    "<form action=//x.invalid><button autofocus onfocus={}>",
    "<svg><animate onbegin={} attributeName=x dur=1s>", "&lt;script&gt;{}&lt;/script&gt;",
    "\u202e<video><source onerror={}>",
]
PAYLOADS = [shape.format(run) for shape, run in itertools.product(SHAPES, RUN)]
WORDS = ("2023年5月12日，局党组理论学习中心组集中学习习近平总书记关于加强和改进"
         "民族工作的重要思想，46人参加。")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundred papers: the payload in the file's name, the title, the heading and the text."""
    place = tmp_path_factory.mktemp("hostile")
    folder = place / "岚河市<img src=x onerror=alert(0)>局"
    for number, payload in enumerate(PAYLOADS):
        under = folder / ("2023年" if number % 2 else "<script>alert(2)<／script>")
        under.mkdir(parents=True, exist_ok=True)
        name = f"{number:03}{payload.replace('/', '／')}"[:60]
        (under / f"{name}.txt").write_text(
            f"中心组学习记录{payload}\n\n一、学习内容{payload}\n\n{WORDS}{payload}\n{payload}\n",
            "utf-8")
    return screened(folder, place / "out")


def test_a_hundred_payloads_do_nothing(hostile: Path, starts: Fixture, view: Fixture) -> None:
    assert len(PAYLOADS) == 100
    seen = view()
    served = starts("local", hostile)
    page = enter(seen, served, "<img src=x onerror=alert(3)>")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    cards = page.locator("#cards .card").count()
    assert cards >= 20
    for index in range(min(cards, 25)):
        step(page)
        assert page.evaluate("document.querySelectorAll('#room script, #room img, #room iframe,"
                             " #room form form, #room video').length") == 0, index
    assert any(payload[:12] in page.inner_text("#middle") for payload in PAYLOADS)
    for index, payload in enumerate(PAYLOADS[:6]):
        page.focus(f"#card-{index}")
        page.click(f"#card-{index} .top")
        shown(page)
        page.keyboard.press("n")
        page.fill("dialog textarea", payload)
        page.click("dialog button[type=submit]")
        page.wait_for_selector(f"#card-{index} .made .note")
        page.keyboard.press("u")
        is_saved(page, index, "存疑")
    shoot(page, "hostile")
    page.keyboard.press("/")
    for words in ("alert", "<script>", "onerror=", "中心组"):
        page.fill("#words", words)
        page.wait_for_timeout(400)
    page.fill("#words", "")
    page.click(".queues >> text=整份文件")
    page.wait_for_selector("#finds .card")
    assert page.locator("#finds .card").count() == 100
    base = page.url.split("#")[0]
    for rest in ("/overview", "/differences", "/api/../audit"):
        page.goto(base + rest if rest != "/api/../audit" else base.split("/u/")[0] + "/audit")
        page.wait_for_selector("#content:not([aria-busy])")
        assert page.evaluate("window.owned") is None
        seen.clean()
    page.goto(base.split("/u/")[0])
    page.wait_for_selector(".unitcard")
    seen.clean()
    assert all(url.startswith(served.address) for url in asked)
