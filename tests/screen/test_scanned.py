"""What pages that are pictures mean for a paper: to come, doubtful, lost, or nothing at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipeline.evidence import Block, InParagraph, OnPage, Page
from pipeline.ingest.scans.ocr import Seen
from pipeline.screen import scanned


def line(text: str, sure: float = 1.0, top: float = 100.0, number: int = 1) -> Block:
    return Block("line", text, OnPage(number, (90.0, top, 400.0, top + 16)), sure=sure)


def page(*blocks: Block, unread: str | None = None, number: int = 1, **more: Any) -> Page:
    return Page(number, blocks, 595.0, 842.0, unread, **more)


FLOWING = Page(1, (Block("paragraph", "正文一段。", InParagraph(1, "body")),))
SAID = line("局党组召开会议专题研究")


@pytest.mark.parametrize(("pages", "said", "reason"), [
    ([page(SAID)], True, None),
    ([page(unread="ocr_pending")], False, "ocr_pending"),
    ([page(SAID), page(unread="ocr_pending", number=2)], True, "ocr_pending"),
    # a blank page among others is no gap; alone it is all there is
    ([page(SAID), page(unread="blank", number=2)], True, None),
    ([page(unread="blank")], False, "blank"),
    # nor is a photograph, in a paper or after one
    ([FLOWING, page(unread="unclear", number=2)], True, None),
    ([page(SAID), page(unread="no_words", number=2)], True, None),
    ([page(unread="no_words")], False, "no_words"),
    ([page(SAID), page(unread="unclear", number=2)], True, "unclear"),
    # a doubtful line could say something, a speck could not
    ([page(SAID, line("召开宣传工作会议", 0.6, 200))], True, "unclear"),
    ([page(SAID, line("、l", 0.3, 200))], True, None),
])  # fmt: skip
def test_what_was_not_read_of_a_paper(pages: list[Page], said: bool, reason: str | None) -> None:
    assert scanned.gap(pages, said) == reason


def test_pages_that_wait_say_so_unless_nobody_will_come() -> None:
    pages = [page(SAID), page(unread="no_text_layer", number=2)]
    for ocr, reason in (("later", "ocr_pending"), ("now", "ocr_pending"),
                        ("never", "no_text_layer")):
        assert scanned.settled(pages, [[2, 595.0, 842.0]], ocr)[1].unread == reason
    # no recogniser can be shown this kind's pages
    assert scanned.settled(pages, [], "now")[1].unread == "no_text_layer"


def test_tables_of_pictures_are_numbered_on() -> None:
    def rows(number: int, table: int, sure: float) -> Page:
        return page(Block("row", "甲", OnPage(number, (0, 0, 9, 9)), ("甲",), table, sure=sure),
                    number=number)

    pages = [rows(1, 1, 0.9), rows(2, 1, 0.9), rows(3, 2, 0.9)]
    assert [one.blocks[0].table for one in scanned.settled(pages, [], "now")] == [1, 2, 4]


def test_what_a_page_had_said_itself_is_not_said_again() -> None:
    own = page(line("第1页", top=800), unread="no_text_layer")
    seen = page(line("会议记录", 0.99), line("第1页", 0.98, 802))
    joined = scanned.joined(own, seen)
    assert [block.text for block in joined.blocks] == ["第1页", "会议记录"]
    assert joined.unread is None
    rubbish = page(line("鎴戜滑"), unread="garbled")
    assert scanned.joined(rubbish, seen) == seen
    layer = page(line("另一份材料"), layered=True)
    assert scanned.joined(layer, seen) == seen
    # a photograph takes nothing from a slide
    assert scanned.joined(page(line("标题"), unread="no_text_layer"),
                          page(unread="unclear")).unread is None


@pytest.mark.parametrize(("shown", "stands"), [
    ("檀江市城市管理局党组理论学习中心组专题学习会议记录", True),
    ("二〇二一年全市安全生产工作会议在市政府大楼隆重召开", False),
    ("看不清", True),
])
def test_a_text_layer_is_held_against_its_picture(shown: str, stands: bool) -> None:
    """The recogniser is handed in: it sees one line across the band that it is shown."""
    def recognise(pixels: Any) -> list[Seen]:
        high, wide = pixels.shape[:2]
        quad = ((10.0, high / 2), (wide - 10.0, high / 2), (wide - 10.0, high / 2 + 30),
                (10.0, high / 2 + 30))
        return [Seen(shown, quad, 0.99)]

    paper = np.full((1200, 900, 3), 255, np.uint8)
    paper[300:700:9, 60:840] = 0
    layer = "檀江市城市管理局党组理论学习中心组专题学习会议记录时间2024年5月16日"
    assert scanned.agrees(Image.fromarray(paper), layer, recognise) is stands


def test_a_passage_is_as_sure_as_its_worst_line() -> None:
    pages = [page(line("甲", 0.95, 100), line("乙", 0.7, 120), line("丙", 0.99, 300))]
    doubts = scanned.doubts(pages)
    assert scanned.sureness([OnPage(1, (80.0, 95.0, 410.0, 140.0))], doubts) == 0.7
    assert scanned.sureness([OnPage(1, (80.0, 290.0, 410.0, 320.0))], doubts) == 0.99
    assert scanned.sureness([OnPage(2, (80.0, 290.0, 410.0, 320.0))], doubts) is None
    assert scanned.doubts([page(SAID)]) == {}


def test_a_date_that_could_not_be_read_is_not_no_date() -> None:
    assert scanned.date_hidden([page(SAID, line("2023年〓月", 0.3, 700))])
    assert scanned.date_hidden([page(line("落款", 0.9), unread="unclear")])
    assert not scanned.date_hidden([page(line("落款", 0.95), line("2023年5月6日", 0.97, 700))])
    assert not scanned.date_hidden([page(SAID)])
