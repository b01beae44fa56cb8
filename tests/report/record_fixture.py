"""A unit under review: the invented ledger of `ledger_fixture` with its passages, and decisions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from pipeline.store.accounts.accounts import add, grant
from pipeline.store.decisions import base
from pipeline.store.decisions.append import append
from pipeline.store.decisions.entry import Write
from pipeline.store.decisions.state import current
from pipeline.store.decisions.units import Unit, register
from tests.report import ledger_fixture as demo

Row = dict[str, Any]

SERVES = {"T01": [["T01.1", "2023"]], "T02": [["T02.1", "2024"]], "T03": [["T03.1", "2022"]],
          "T05": [["T05.1", "2023"], ["T05.2", "2023"]]}
UNTOLD = [f"未被提议的第{number}段文字，联系电话13812345678。" for number in range(1, 9)]


def evidence(verdict: str | None, **more: Any) -> Row:
    return {"verdict": verdict, "reason": None, "stage": None, "moved_to": None,
            "requirement": None, "period": None, "attached": False, **more}


def verdict(word: str, points: float | None = None, despite: bool = False) -> Row:
    return {"verdict": word, "points": points, "despite_unread": despite}


def target(item: str, place: int) -> str:
    """The target of an indicator's n-th proposal."""
    return f"p:{demo.pieces()[item][place]['passage']}"


def passage_of(text: str) -> str:
    return demo.sha(demo.STUDY + text)[:16]


def screened(out: Path) -> Path:
    """OUT as a screening leaves it: its ledger has all passages, and what evidence serves."""
    out.mkdir(exist_ok=True)
    found = demo.pieces()
    with demo.fill(out / "ledger.sqlite") as ledger:
        ledger.put_header({"key": "0" * 64, "folder": str(out.parent / "材料"),
                           "asked": demo.rubric().model_dump(mode="json", exclude_none=True)})
        numbers = {row["path"]: number for number, row in enumerate(demo.files(), 1)}
        rows: dict[str, list[Row]] = {}
        for item, some in found.items():
            for row in some:
                rows.setdefault(row["path"], []).append(row)
                if row["counts"]:
                    ledger._base.execute(
                        "UPDATE evidence SET record=? WHERE item=? AND passage=?",
                        (json.dumps({**row, "serves": SERVES.get(item, [])}).encode(), item,
                         row["passage"]))
        rows[demo.STUDY] += [demo.evidence(demo.STUDY, text) for text in UNTOLD]
        files = {row["path"]: row for row in demo.files()}
        for path, some in rows.items():
            ledger.finish_file(numbers[path], files[path], json.dumps([
                {"passage": row["passage"], "text": row["text"], "headings": row["headings"],
                 "places": row["places"], "kind": "paragraph"} for row in some]))
    return out


class Review:
    """A review being written, by names of accounts."""

    def __init__(self, out: Path) -> None:
        self.out = screened(out)
        self.engine: Engine = base.opened(out / base.FILE)
        self.accounts: dict[str, str] = {}
        with base.writing(self.engine) as conn:
            self.unit: Unit = register(conn, out, "云岭市水务局", "demo-2024")
        self._key = 0

    def account(self, name: str, role: str = "reviewer") -> str:
        if name not in self.accounts:
            with base.writing(self.engine) as conn:
                self.accounts[name] = add(conn, name, role, "x").id
                grant(conn, self.accounts[name], self.unit.id)
        return self.accounts[name]

    def write(self, who: str, kind: str, subject: str, state: Row, note: str = "", seat: str = "",
              shown: Row | None = None) -> None:
        account = self.account(who)
        self._key += 1
        seat = account if seat == "own" else seat
        with base.writing(self.engine) as conn:
            known = current(conn, self.unit.id, seat, kind).get((kind, subject))
            version = None if kind in {"answer", "mode", "handed_in"} else (
                known.version if known else 0)
            append(conn, Write(
                unit=self.unit.id, account=account, seat=seat, kind=kind, subject=subject,
                version=version, state=state, key=str(self._key), note=note, shown=shown or {},
                model="themes-9", rubric=demo.sha("rubric"), run="0" * 64))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with base.reading(self.engine) as conn:
            yield conn

    def together(self) -> Review:
        """A review by one seat, with everything in it that a record has a place for."""
        who = "周复核"
        for place in (0, 1):
            self.write(who, "evidence", f"T01|{target('T01', place)}", evidence("accepted"))
        self.write(who, "evidence", f"T01|{target('T01', 2)}",
                   evidence("rejected", reason="slogan"), note="只有口号，电话13812345678")
        self.write(who, "evidence", f"T01|{target('T01', 3)}", evidence("unsure"))
        self.write(who, "evidence", f"T03|{target('T03', 1)}", evidence("accepted"),
                   note=demo.FORMULA)
        self.write(who, "evidence", f"T02|{target('T02', 0)}",
                   evidence("rejected", reason="moved", moved_to="T05"))
        self.write(who, "evidence", f"T05|{target('T02', 0)}",
                   evidence("accepted", stage="done", attached=True))
        self.write(who, "evidence", f"T04|p:{passage_of(UNTOLD[0])}",
                   evidence("accepted", attached=True, requirement="T04.1", period="2024"))
        self.write(who, "evidence", f"T06|f:{demo.sha(demo.SCAN)[:16]}",
                   evidence("accepted", attached=True, requirement="T06.1"))
        self.write(who, "evidence", f"T01|p:{'e' * 16}", evidence("accepted"), shown={
            "text": f"{demo.SCRIPT}上一次筛查中的段落13812345678", "path": "旧/已删.docx",
            "title": "已删", "places": [{"line": 3}], "stage": "done"})
        self.write(who, "verdict", "T01", verdict("met", 9.5), note="材料齐全")
        self.write(who, "verdict", "T02", verdict("not_met", 0, True), note=demo.SCRIPT)
        self.write(who, "verdict", "T04", verdict("site"))
        self.write(who, "answer", "T02|T02.1|2022", {}, note="2022年会议纪要随后补交。")
        self.write(who, "answer", "T02|T02.1|2022", {}, note=f"已补交，{demo.SCRIPT}")
        self.write(who, "answer", "T99|T99.1|2022", {}, note="指标已取消。")
        return self

    def blind(self, *, handed_in: int = 2) -> Review:
        """Two reviewers who do not see one another, and a lead."""
        self.account("组长", "lead")
        self.write("组长", "mode", "", {"mode": "blind"})
        for who, words in (("甲复核", "aaru"), ("乙复核", "arrr")):
            for place, word in enumerate(words):
                told = {"a": "accepted", "r": "rejected", "u": "unsure"}[word]
                self.write(who, "evidence", f"T01|{target('T01', place)}", evidence(
                    told, reason="slogan" if word == "r" else None), seat="own",
                    note=f"{who}的备注{place}")
        self.write("甲复核", "verdict", "T01", verdict("met", 9), seat="own")
        self.write("乙复核", "verdict", "T01", verdict("partly", 6), seat="own")
        for who in ("甲复核", "乙复核")[:handed_in]:
            self.write(who, "handed_in", "", {}, seat="own")
        return self
