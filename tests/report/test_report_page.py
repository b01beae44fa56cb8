"""report.html: safe to open, stands alone, and says what it must."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html as reader

from pipeline import language, report
from pipeline.report import printable
from tests.report import ledger_fixture as demo

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    with demo.fill(tmp_path / "ledger") as ledger:
        report.write(tmp_path, ledger, demo.rubric())
    return tmp_path


@pytest.fixture
def page(out: Path) -> Any:
    return reader.fromstring((out / "report.html").read_bytes())


@pytest.fixture
def english() -> Iterator[None]:
    language.choose("en")
    yield
    language.choose("zh")


def text_of(element: Any) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def test_nothing_from_a_paper_is_markup(page: Any) -> None:
    known = {
        "html", "head", "meta", "title", "style", "body", "header", "main", "nav", "section",
        "article", "footer", "div", "p", "h1", "h2", "h3", "h4", "a", "ul", "li", "dl", "dt", "dd",
        "table", "thead", "tbody", "tr", "th", "td", "span", "small", "b", "i", "bdi", "mark",
        "blockquote", "code", "details", "summary",
    }
    assert {element.tag for element in page.iter() if isinstance(element.tag, str)} <= known
    assert demo.SCRIPT in page.text_content()
    assert "&lt;b&gt;未转义&lt;/b&gt;" in page.text_content()
    titles = [element.get("title") for element in page.iter() if element.get("title")]
    assert not any(name.startswith("on") for element in page.iter() for name in element.attrib)
    assert not any("script" in title for title in titles)


def test_no_address_leads_out_of_the_page(page: Any) -> None:
    assert all(link.get("href").startswith("#") for link in page.iter("a"))
    assert not page.xpath("//@src | //@action | //@style | //link | //form")


def test_every_link_has_its_target(page: Any) -> None:
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert {link.get("href")[1:] for link in page.iter("a")} <= set(ids)


def test_the_policy_names_the_style_by_its_hash(page: Any) -> None:
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (style,) = page.xpath("//style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert policy.startswith("default-src 'none';") and f"'sha256-{digest}'" in policy
    assert "url(" not in style.text and "@import" not in style.text


def test_what_cannot_be_printed_is_replaced_and_turns_nothing_round(out: Path) -> None:
    text = (out / "report.html").read_text("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text)
    assert "附件\ufffdgpj.exe" in text


def test_highlights_land_on_the_matched_words(page: Any) -> None:
    for indicator, rows in demo.pieces().items():
        quotes = page.xpath(f"//article[@id='i-{indicator}']//blockquote")
        assert len(quotes) == len(rows)
        for quote, row in zip(quotes, rows, strict=True):
            for weight, kind in (("matched", "rule"), ("because", "model")):
                marked = "".join(mark.text_content() for mark in quote.iter("mark")
                                 if mark.get("class") in (kind, "both"))
                assert marked == "".join(row["text"][start:end] for start, end in row[weight])
            assert text_of(quote) == text_of(reader.fromstring(
                f"<p>{reader.tostring(quote, encoding='unicode')}</p>"))


@pytest.mark.parametrize(("matched", "because", "expected"), [
    ([], [], [("一二三四五", "")]),
    ([[1, 3]], [], [("一", ""), ("二三", "rule"), ("四五", "")]),
    ([[0, 2], [1, 4]], [], [("一二三四", "rule"), ("五", "")]),
    ([[3, 9], [-2, 1]], [], [("一", "rule"), ("二三", ""), ("四五", "rule")]),
    ([[4, 2]], [], [("一二三四五", "")]),
    ([[0, 2]], [[1, 4]], [("一", "rule"), ("二", "both"), ("三四", "model"), ("五", "")]),
])
def test_pieces(matched: list[list[int]], because: list[list[int]],
                expected: list[tuple[str, str]]) -> None:
    assert printable.pieces("一二三四五", matched, because) == expected


def test_the_page_says_what_the_confidence_is_worth(page: Any) -> None:
    told = text_of(page.xpath("//p[contains(@class, 'legend')]")[0])
    assert "372" in told and "0.81" in told and "0.78" in told and "T05" in told
    card = page.xpath("//article[@id='i-T01']//p[contains(., '置信度')]")[0]
    assert "0.91" in text_of(card) and "党组织理论学习 0.87" in text_of(card)


@pytest.mark.parametrize(("places", "expected"), [
    ([{"page": 3, "box": [0, 0, 1, 1]}], "第3页"),
    ([{"page": 3, "box": []}, {"page": 3, "box": []}, {"page": 4, "box": []}], "第3–4页"),
    ([{"paragraph": 12, "in": "table"}], "第12段·表格"),
    ([{"paragraph": 12, "in": "body"}, {"paragraph": 14, "in": "body"}], "第12、14段"),
    ([{"sheet": "2023", "row": 5}], "工作表“2023”第5行"),
    ([{"line": 8}, {"page": 1, "box": []}], "第8行；第1页"),
])
def test_places_in_words(places: list[dict[str, Any]], expected: str) -> None:
    assert printable.places(places) == expected


@pytest.mark.parametrize(("code", "expected"), [
    ("2024", "2024年"), ("2024H2", "2024年下半年"), ("2024Q3", "2024年第3季度"),
    ("2024-10-31", "2024年10月31日前"), ("2022-2024", "2022—2024年"), ("2024-03", "2024年3月"),
])
def test_periods_in_words(code: str, expected: str) -> None:
    assert printable.slot_period(code) == expected


def test_unread_files_stand_on_top_with_reason_and_next_step(page: Any) -> None:
    sections = [section.get("id") for section in page.xpath("//main/section")]
    assert sections[:3] == ["unread", "overview", "matrix"]
    groups = page.xpath("//section[@id='unread']/div")
    assert [text_of(group.find("h3")) for group in groups] == [
        "未读扫描件或图片，没有文字层23 份", "未读全扫描件或图片，没有文字层1 份",
        "未读文件有密码1 份", "未读格式不支持1 份"]
    assert all("下一步" in text_of(group) for group in groups)
    listed = {text_of(item) for item in page.xpath("//section[@id='unread']//li")}
    assert len(listed) == 26 and "2022年/扫描件/照片023.jpg" in listed
    assert len(groups[0].xpath("./details//li")) == 15


def test_the_matrix_tells_states_by_sign_and_word_too(page: Any) -> None:
    cells = page.xpath("//table[@class='matrix']//a[contains(@class, 'cell')]")
    assert {(cell.get("class"), text_of(cell)) for cell in cells} == {
        ("cell s-performed", "●已有佐证"), ("cell s-planned", "◐仅有计划"),
        ("cell s-nothing", "○未找到"), ("cell s-unread", "?有未读文件")}
    row = page.xpath("//table[@class='matrix']//tr[.//a[@href='#i-T06']]")[0]
    # What is asked once in the period stands in a column of its own.
    assert [text_of(cell) for cell in row.xpath("./td")][:4] == ["–不要求"] * 3 + ["○未找到"]
    legend = text_of(page.xpath("//ul[@class='legend']")[0])
    assert "不在评审期内" in legend and "待人工确认" in legend


def test_it_is_called_a_proposal_and_no_score(page: Any) -> None:
    assert "以下均为机器提议，待人工确认；本报告不计分、不排名。" in page.text_content()
    first = text_of(page.xpath("//article[@id='i-T01']")[0])
    assert "分值10 分" in first and "由人工填写" in first
    assert "证策〔原文如此，应为“政策”〕" in first


def test_what_does_not_count_is_shown_with_its_reason(page: Any) -> None:
    cards = page.xpath("//article[@id='i-T01']//div[@class='card off']")
    reasons = [text_of(card.xpath(".//*[@class='whynot']")[0]) for card in cards]
    assert reasons == ["不计：模板未填完", "不计：其他单位的材料", "不计：不在评审期内"]


def test_the_deduction_item_is_never_coloured(page: Any) -> None:
    (item,) = page.xpath("//article[@id='i-TD']")
    assert not item.xpath(".//*[contains(@class, 's-performed') or contains(@class, 's-unread')]")
    assert {card.get("class") for card in item.xpath(".//div")} == {"card listed"}
    row = page.xpath("//table[@class='matrix']//tr[.//a[@href='#i-TD']]")[0]
    assert not row.xpath(".//a[contains(@class, 'cell')]")


def test_what_counts_comes_before_what_does_not(tmp_path: Path) -> None:
    with demo.fill(tmp_path / "ledger") as ledger:
        ledger.put_evidence(iter([("T02", -1, 1, 3, 0, demo.evidence(
            demo.OTHER, "他单位的会议。", counts=False, why_not="other_unit"))]))
        report.write(tmp_path, ledger, demo.rubric())
    cards = reader.fromstring((tmp_path / "report.html").read_bytes()).xpath(
        "//article[@id='i-T02']/div/@class")
    assert cards == ["card st-plan", "card off", "card off"]


def test_more_than_eight_pieces_are_folded_not_hidden(page: Any) -> None:
    (item,) = page.xpath("//article[@id='i-T01']")
    assert len(item.xpath("./div")) == 8
    assert text_of(item.xpath("./details/summary")[0]) == "展开其余 8 段"
    assert len(item.xpath("./details/div")) == 8


@pytest.mark.usefixtures("english")
def test_english_words_leave_the_wording_chinese(page: Any) -> None:
    assert page.get("lang") == "en"
    assert "nothing here is scored or ranked" in page.text_content()
    words = page.xpath("//text()[not(ancestor::*[@lang='zh-CN']) and not(ancestor::style)"
                       " and not(ancestor::bdi) and not(ancestor::title)"
                       " and not(ancestor::p[@class='why']) and not(ancestor::ul[@class='flags'])]")
    # The sentence of a proposal and the reason of a flag come as they were made during the run.
    chinese = [word.strip() for word in words if re.search("[\u4e00-\u9fff]", word)]
    assert not [word for word in chinese if not word.startswith("sheet “")]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.report import ledger_fixture as demo\n"
        "from pipeline import report\nout = Path(sys.argv[1]); out.mkdir()\n"
        "with demo.fill(out / 'ledger') as ledger: report.write(out, ledger, demo.rubric())\n"
    )
    told = []
    for name, seed, zone, mask in (("a", "0", "UTC", 0o22), ("b", "7", "Asia/Shanghai", 0o77)):
        place = tmp_path / name
        subprocess.run(
            [sys.executable, "-c", script, str(place)], check=True, umask=mask,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C",
                 "PYTHONPATH": str(Path(report.__file__).parents[2])},
        )
        told.append({file: (place / file).read_bytes()
                     for file in ("coverage.json", "report.html", "coverage.xlsx")})
        assert {(place / file).stat().st_mode & 0o777 for file in told[-1]} == {0o600}
    assert told[0] == told[1]


def test_a_browser_opens_it_without_a_complaint_or_a_request(out: Path) -> None:
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed: the page is not opened in a browser")
    playwright = pytest.importorskip("playwright.sync_api")
    told: list[str] = []
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        try:
            view = browser.new_page(viewport={"width": 390, "height": 800})
            view.on("console", lambda message: told.append(message.text))
            view.on("pageerror", lambda error: told.append(str(error)))
            view.on("request", lambda request: told.append(request.url))
            view.goto((out / "report.html").as_uri())
            wide = view.evaluate("document.documentElement.scrollWidth")
            mark = view.evaluate(
                "getComputedStyle(document.querySelector('mark')).textDecorationLine")
        finally:
            browser.close()
    assert told == [(out / "report.html").as_uri()]
    assert wide == 390 and mark == "underline"
