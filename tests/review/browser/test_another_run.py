"""Decisions where the papers change under them: gone and back again, and last year beside this."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.review.browser.conftest import enter, screened, shoot, until
from tests.review.browser.looking import asks
from tests.review.browser.test_room import chip, concludes, is_saved, step

Fixture = Callable[..., Any]
CENTRE = ("2023年5月12日，局党组理论学习中心组集中学习习近平总书记关于加强和改进民族工作的"
          "重要思想，46人参加。")
BRANCH = "2023年9月6日，局机关党支部组织干部职工集中学习中央民族工作会议精神，32人参加。"
LATER = "2024年3月8日，局党组理论学习中心组专题学习铸牢中华民族共同体意识有关论述，41人参加。"


def papers(folder: Path, **given: tuple[str, str]) -> Path:
    """A submission of papers, each (what it says, its date)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (words, dated) in given.items():
        (folder / f"{name}.txt").write_text(f"学习简报\n\n{words}\n\n{folder.name}\n{dated}\n",
                                            "utf-8")
    return folder


def card_of(page: Any, words: str) -> int:
    """The place of the card with these words."""
    texts = page.locator("#cards .card blockquote").all_inner_texts()
    return next(at for at, text in enumerate(texts) if words in text)


def again(page: Any) -> None:
    page.reload()
    page.wait_for_selector("#card-0")


def test_a_decision_outlives_its_passage_and_finds_it_again(tmp_path: Path, starts: Fixture,
                                                            view: Fixture) -> None:
    folder = papers(tmp_path / "岚河市民政局", 一=(CENTRE, "2023年5月15日"),
                    二=(BRANCH, "2023年9月8日"))
    out = screened(folder, tmp_path / "out")
    seen = view()
    page = enter(seen, starts("local", out, where=out))
    step(page)
    assert "46人" in page.inner_text("#card-0 blockquote")
    page.keyboard.press("a")
    is_saved(page, 0, "采信")
    page.check(".pick input[value=met]", force=True)
    concludes(page)
    until(page, "document.querySelector('#verdict-saved').textContent.includes('已复核 1/')")
    kept = (folder / "一.txt").read_text("utf-8")
    (folder / "一.txt").write_text(kept.replace(CENTRE, "另行报送。"), "utf-8")
    screened(folder, out)
    again(page)
    at = page.locator("#cards .card").count() - 1
    assert "46人" in page.inner_text(f"#card-{at} blockquote")
    assert "orphan" in page.get_attribute(f"#card-{at}", "class") and chip(page, at) == "采信"
    assert "1 条意见的段落已不在新材料中" in page.inner_text("#left")
    page.click(f"#card-{at} blockquote")
    page.wait_for_selector("#right .marked")
    assert "46人" in page.inner_text("#right .marked")
    shoot(page, "orphaned")
    page.keyboard.press("r")
    until(page, "document.querySelector('#alert').textContent !== ''")
    assert chip(page, at) == "采信" and not page.locator("dialog").count()
    assert "原为工具提议" in page.inner_text(f"#card-{at}")
    assert "人工补充" not in page.inner_text(f"#card-{at}")
    assert "材料有变" in page.inner_text("[data-hold='i-Y01']")
    page.click("#left a:has-text('查看')")
    page.wait_for_selector("#orphans li")
    shoot(page, "overview-orphans")
    asks(page, "overview-orphans")
    assert "46人" in page.inner_text("#orphans") and "减少 1 条" in page.inner_text("#changed")
    page.click("#orphans a")
    page.wait_for_selector(f"#card-{at}.current")
    (folder / "一.txt").write_text(kept, "utf-8")
    screened(folder, out)
    again(page)
    assert page.locator(".card.orphan").count() == 0
    assert "材料有变" not in page.inner_text("[data-hold='i-Y01']")
    assert chip(page, card_of(page, "46人")) == "采信"
    assert "段落已不在" not in page.inner_text("#left")
    seen.clean()


def test_what_is_new_what_is_the_same_and_what_was_used_again(tmp_path: Path, starts: Fixture,
                                                              view: Fixture) -> None:
    last = screened(papers(tmp_path / "上次" / "岚河市民政局", 一=(CENTRE, "2023年5月15日"),
                           二=(BRANCH, "2023年9月8日")), tmp_path / "last")
    now = screened(papers(tmp_path / "岚河市民政局", 一=(CENTRE, "2023年5月15日"),
                          二=(BRANCH, "2024年9月8日"), 三=(LATER, "2024年3月11日")),
                   tmp_path / "now")
    page = enter(view(), starts("local", last, where=last))
    step(page)
    page.keyboard.press("a")
    is_saved(page, 0, "采信")
    page.check(".pick input[value=met]", force=True)
    concludes(page)
    until(page, "document.querySelector('#verdict-saved').textContent.includes('符合')")
    seen = view()
    page = enter(seen, starts("local", now, last=last))
    shoot(page, "again")
    told = {words: page.inner_text(f"#card-{card_of(page, words)}")
            for words in ("46人", "32人", "41人")}
    assert "沿用上次" in told["46人"] and "上次：采信" in told["46人"]
    assert "文字原样重用" in told["32人"] and "新增" in told["41人"]
    assert "上次" not in told["41人"]
    assert chip(page, card_of(page, "46人")) == "未复核"
    assert "待复核" in page.inner_text("[data-hold='i-Y01']")
    assert "待复核" not in page.inner_text("[data-hold='i-Y02']")
    assert page.locator(".verdict input:checked").count() == 0
    page.click("text=总览")
    page.wait_for_selector("text=与上次对照")
    shoot(page, "again-overview")
    seen.clean()
