"""How a paper ends (GB/T 9704-2012): 落款, that is issuers and 成文日期, and the 版记.

Attachments may follow the 落款 for many pages, so every short line is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import NamedTuple

from pipeline.describe.dates import Stated, dates, may_hold_date, squeezed
from pipeline.describe.lines import is_listed
from pipeline.describe.organisations import is_organisation, split_organisations
from pipeline.evidence import Block

_STAMP = re.compile(r"[（(](?:加?盖?公?章|印章|签章|盖章处?)[）)]|[（(]此件[^）)]*[）)]")
_AFTER_BODY = re.compile(
    r"(?:附件|附表|附[：:]|抄送|抄报|主题词|报[：:]|送[：:]|分送|联系人|印发"
    r"|[（(]?(?:联系|此件|信息公开))"
)


class Foot(NamedTuple):
    """落款 and 版记: the issuers and dates they state."""

    issuers: tuple[str, ...] = ()
    dated: Stated | None = None
    line: int = -1
    imprint: str | None = None
    imprint_date: Stated | None = None


def foot_of(blocks: Sequence[Block], body: int) -> Foot:
    """Finds the 落款: the first line that is a date (or office and date), with offices above it or
    at the paper's end; and the 版记 with its 印发日期.

    All short lines are looked at, since attachments may follow the 落款 for many pages.
    """
    signed: tuple[tuple[str, ...], Stated, int] | None = None
    imprint: str | None = None
    imprint_date: Stated | None = None
    last = len(blocks) - 1
    listed = {block.table for block in blocks if is_listed(block)}
    for at, block in enumerate(blocks):
        text = block.text
        if (
            at < body
            or len(text) > 140
            or ("月" not in text and "." not in text and "-" not in text)
        ):
            continue
        if is_listed(block):
            if signed is None and ("盖章" in text or "签" in text):
                signed = _signed_row(block, at)
            continue
        line = _STAMP.sub("", squeezed(text)).strip("（()） 。")
        if len(line) > 60 or not may_hold_date(line):
            continue
        found = dates(line)
        if len(found) != 1 or not found[0].month:
            continue
        before, after = line[: found[0].start], line[found[0].end :].strip(" ）)。")
        if after in ("印发", "印", "印制", "翻印") and before:
            if is_organisation(before):
                imprint, imprint_date = before, found[0]
            continue
        if signed is not None or after:
            continue
        before = before.rstrip("：:，, ")
        if before in ("", "日期", "时间", "报告时间", "填表日期", "填报日期"):
            offices = _offices_above(blocks, at, listed)
            ends = at >= last - 6 or bool(_AFTER_BODY.match(squeezed(blocks[at + 1].text)))
            if before and not offices:
                continue
            if offices or (ends and found[0].day):
                signed = (tuple(offices), found[0], at)
        else:
            stem = text[: text.find("年") - 4] if "年" in text else before
            names = split_organisations(before) or split_organisations(stem)
            if names and not _in_list(blocks, at, listed):
                signed = (tuple(names), found[0], at)
    if signed is None:
        offices = _closing_offices(blocks, body, listed)
        return Foot(tuple(offices), None, -1, imprint, imprint_date)
    return Foot(signed[0], signed[1], signed[2], imprint, imprint_date)


def _signed_row(block: Block, at: int) -> tuple[tuple[str, ...], Stated, int] | None:
    """Two parties sign side by side in a table: the date that closes their cells."""
    for cell in block.cells:
        found = dates(squeezed(cell.replace("\n", " ")).strip("（()） 。"))
        if len(found) == 1 and found[0].day:
            return (), found[0], at
    return None


def _in_list(blocks: Sequence[Block], at: int, listed: Container[int]) -> bool:
    """Whether a block is a row of a table that lists things, or was a cell of one whose table was
    written line by line: a number and a name stand before it."""
    if blocks[at].kind == "row" and blocks[at].table in listed:
        return True
    before = [squeezed(block.text) for block in blocks[max(0, at - 3) : at]]
    named = bool(before) and 2 <= len(before[-1]) <= 4 and not before[-1].isdigit()
    return named and any(text.isdigit() for text in before[:-1])


def _offices_above(blocks: Sequence[Block], at: int, listed: Container[int]) -> list[str]:
    """The offices that stand right above a date, in order."""
    offices: list[str] = []
    for above in range(at - 1, max(0, at - 4) - 1, -1):
        text = _STAMP.sub("", blocks[above].text).strip()
        if not text:
            continue
        if _in_list(blocks, above, listed):
            break
        names = split_organisations(text) if len(text) <= 90 else []
        if not names:
            break
        offices = names + offices
    return offices


def _closing_offices(blocks: Sequence[Block], body: int, listed: Container[int]) -> list[str]:
    """Offices that sign without a date: among the last lines of the paper."""
    for at in range(len(blocks) - 1, max(body, len(blocks) - 4) - 1, -1):
        text = _STAMP.sub("", blocks[at].text).strip()
        if (
            text
            and len(text) <= 60
            and blocks[at].kind != "row"
            and not _in_list(blocks, at, listed)
            and (names := split_organisations(text))
        ):
            return names
    return []
