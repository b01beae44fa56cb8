"""season.html: safe to open, stands alone, leads to the evidence, ranks nobody."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html as reader

from pipeline import language
from pipeline.report.alone import TEMPLATES
from pipeline.report.season import words, write_page
from pipeline.season import overview
from pipeline.store.season import NAME, SeasonLedger
from tests.season import fake

CHROMIUM = Path("/usr/bin/chromium")
SCRIPT = "<script>alert(1)</script>局"
TURNED = "乙\u202e局"
ODD = 'a#b?c%d&"e\'局'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    told = fake.answer(fake.summary(unread={"encrypted": 2}, pages_pending=7, hours_left=.02,
                                    slots={("U1-info", "2024H1"): {"state": "nothing"}}))
    fake.season(tmp_path, [
        (fake.unit(SCRIPT, dir="一", kind="<b>校</b>", county="县\"'>"), told),
        (fake.unit(TURNED, dir="二", kind=None, county=None), fake.answer(fake.summary())),
        (fake.unit(ODD, dir=ODD), fake.answer(fake.summary())),
        (fake.unit("丁局", problem={"key": "folder_empty", "args": {
            "folder": "/srv/秘密/<i>丁局</i>"}}), None),
        (fake.unit("戊局", kind="乡镇", county="岚河县"), None),
    ], finished=False)
    overview.write(tmp_path)
    return tmp_path


@pytest.fixture
def page(place: Path) -> Any:
    return reader.fromstring((place / "season.html").read_bytes())


@pytest.fixture
def english() -> Iterator[None]:
    language.choose("en")
    yield
    language.choose("zh")


def text_of(element: Any) -> str:
    return re.sub(r"\s+", " ", element.text_content()).strip()


def test_no_name_and_no_kind_is_markup(page: Any, place: Path) -> None:
    known = {
        "html", "head", "meta", "title", "style", "body", "header", "main", "nav", "section",
        "footer", "div", "p", "h1", "h2", "h3", "a", "ul", "li", "dl", "dt", "dd", "table", "thead",
        "tbody", "tr", "th", "td", "span", "small", "b", "i", "bdi", "code", "details", "summary",
        "svg", "rect", "input", "label",
    }
    assert {element.tag for element in page.iter() if isinstance(element.tag, str)} <= known
    assert not any(name.startswith("on") for element in page.iter() for name in element.attrib)
    text = (place / "season.html").read_text("utf-8")
    assert "<script" not in text and "&lt;script&gt;" in text
    assert "\u202e" not in text and "\ufffd" in text
    assert "秘密" not in text and "&lt;i&gt;丁局" not in text


def test_the_page_asks_for_nothing_and_names_its_style_by_hash(page: Any) -> None:
    (policy,) = page.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')
    (style,) = page.xpath("//style/text()")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy
    assert not page.xpath("//@style") and not page.xpath("//script|//link|//img|//iframe|//form")
    assert not [href for href in page.xpath("//@href") if re.match(r"[a-z]+:|//|/", href)]
    assert "url(" not in style and "@import" not in style


def test_the_style_holds_no_word_of_the_units(page: Any) -> None:
    (style,) = page.xpath("//style/text()")
    assert "校" not in style and "县" not in style
    assert "#k1:checked~.matrices tbody tr:not(.k1){display:none}" in style


def test_every_cell_leads_to_its_indicator_in_the_units_report(page: Any) -> None:
    cells = page.xpath('//tr[th/@title="乙\ufffd局"]/td/a/@href')
    assert cells[0] == "units/二/report.html#i-Y01"
    assert len(cells) == len(set(cells)) > 20
    odd = page.xpath('//table[contains(@class, "matrix")]//a[starts-with(@href, "units/a")]/@href')
    assert odd[1] == "units/a%23b%3Fc%25d%26%22e%27局/report.html#i-Y01"


def test_the_anchors_are_those_of_report_html() -> None:
    assert 'id="i-{{ item.id }}"' in (TEMPLATES / "item.html").read_text("utf-8")
    report = (TEMPLATES / "report.html").read_text("utf-8")
    assert 'id="f{{ file.number }}"' in report
    assert 'id="files"' in report and 'id="unread"' in report


def test_a_unit_without_a_report_has_no_link_and_says_why(page: Any) -> None:
    (row,) = page.xpath('//table[contains(@class, "matrix")]//tr[th[starts-with(., "丁局")]]')
    assert not row.xpath(".//a") and "文件夹是空的" in text_of(row)
    (row,) = page.xpath('//table[contains(@class, "matrix")]//tr[th[starts-with(., "戊局")]]')
    assert not row.xpath(".//a") and "未轮到" in text_of(row)


def test_what_is_open_stands_first_with_the_next_step(page: Any) -> None:
    (box,) = page.xpath('//section[@id="open"]')
    said = text_of(box)
    assert "这一季还没有做完" in said and "zuozheng batch" in said
    assert "文件有密码21" in said and "1 个单位共 7 页，单个处理器核心约需 0.1 小时" in said
    assert "请把申报材料放进去" in said
    assert page.xpath("//section/@id")[0] == "open"


def test_nobody_is_ranked_and_no_points_are_given(page: Any, place: Path) -> None:
    assert "不打分、不排名" in text_of(page)
    rows = page.xpath('//table[contains(@class, "matrix")]/tbody/tr/th/@title')
    names = [title.split(" · ")[0] for title in rows]
    assert names == [name.replace("\u202e", "\ufffd") for name in
                     sorted((SCRIPT, TURNED, ODD, "丁局", "戊局"))]
    assert not re.search("得分|分数|名次|第1名|总分", text_of(page).replace("每例在总分中减去", ""))


def test_the_filters_know_each_kind_and_county_by_a_number(page: Any) -> None:
    labels = {label.get("for"): text_of(label) for label in page.xpath("//label")}
    assert labels["k"] == labels["c"] == "全部"
    assert {labels["k1"], labels["k2"], labels["k3"]} == {"<b>校</b> 1", "乡镇 1", "机关 2"}
    number = next(at for at, label in labels.items() if label == "乡镇 1")
    (row,) = page.xpath('//tbody/tr[th[starts-with(., "戊局")]]')
    assert number in row.get("class").split()
    checked = {one.get("id") for one in page.xpath("//input[@checked]")}
    assert checked == {"k", "c"}


def test_an_obligation_names_who_still_owes_it(page: Any) -> None:
    (row,) = page.xpath('//section[@id="calendar"]//tr[th/span="U1-info"][contains(., "上半年")]')
    assert SCRIPT in text_of(row)
    assert [text_of(cell) for cell in row.xpath("td")[1:6]] == ["2", "", "1", "", ""]


def test_the_page_speaks_english(place: Path, english: None) -> None:
    overview.write(place)
    page = reader.fromstring((place / "season.html").read_bytes())
    for part in page.xpath('//*[@lang="zh-CN"]|//bdi|//style|//*[@lang="zh-CN"]/@title'):
        if hasattr(part, "clear"):
            part.clear(keep_tail=True)
    assert "code points of their names" in text_of(page)
    left = set(re.findall("[一-龥]{2,}", text_of(page))) - {"单位"}
    assert not {word for word in left if word not in ("丁局", "戊局")}, left


@pytest.mark.parametrize(("value", "shown"), [
    ("/srv/a/甲局", "甲局"), ("C:\\材料\\甲局", "甲局"), ("s3://bucket/season/甲局", "甲局"),
    ("\\\\server\\share\\甲局", "甲局"), ("材料/甲局", "甲局"), ("甲局", "甲局"),
])
def test_a_problem_says_no_place_of_the_machine(value: str, shown: str) -> None:
    what, _ = words.problem({"key": "folder_empty", "args": {"folder": value}})
    assert what.endswith(shown) and (value == shown or value not in what)


def test_a_problem_of_another_version_is_shown_and_breaks_nothing() -> None:
    assert words.problem({"key": "no_such_key", "args": {}})[0] == "no_such_key"
    args = {"path": "x"}  # not what the words of now are filled with
    assert words.problem({"key": "folder_empty", "args": args})[0] == "folder_empty"
    assert words.problem(None) == ("", "")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed: the page is not opened in a browser")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield chromium
        chromium.close()


def test_a_browser_filters_without_a_script_and_reports_nothing(tmp_path: Path, browser: Any
                                                                ) -> None:
    overview.write(fake.many(tmp_path, 60))
    opened = browser.new_page(java_script_enabled=True)
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("request", lambda request: said.append(request.url)
              if not request.url.startswith("file:") else None)
    opened.goto((tmp_path / "season.html").as_uri())
    rows = "tbody tr:visible"
    grid = opened.locator(".matrix")
    assert grid.locator(rows).count() == 60
    opened.locator("label[for=k2]").click()
    kinds = int(opened.locator("label[for=k2] i").inner_text())
    assert grid.locator(rows).count() == kinds < 60
    opened.locator("label[for=c3]").click()
    both = grid.locator(rows).count()
    assert both == grid.locator("tbody tr.k2.c3").count() < kinds
    for all_of in ("k", "c"):
        opened.locator(f"label[for={all_of}]").click()
    assert grid.locator(rows).count() == 60
    assert said == []
    opened.close()


def test_thousands_of_rows_are_laid_out_as_they_are_seen(tmp_path: Path, browser: Any) -> None:
    fake.many(tmp_path, 2100, rubric="plan-tax-month")
    with SeasonLedger(tmp_path / NAME) as ledger:
        write_page(tmp_path / "season.html", overview.gathered(ledger, tmp_path))
    opened = browser.new_page(viewport={"width": 1400, "height": 900})
    opened.goto((tmp_path / "season.html").as_uri())
    head, row = (opened.locator(f".huge {at}").first.bounding_box() for at in
                 ("thead tr:last-child th:nth-child(3)", "tbody tr:first-child td:nth-child(3)"))
    assert head["x"] == row["x"] and head["width"] == row["width"]
    opened.close()
