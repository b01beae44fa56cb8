"""Fields of a Word paper: a code, which is not shown, and its result, which is."""

from __future__ import annotations

from lxml import etree

from pipeline.ingest.word.wordml import VAL, W, is_on, number

_MARK = W + "fldChar"
_STORY = W + "txbxContent"
_GONE = (W + "del", W + "moveFrom")


class Fields:
    """The fields that are open while a part is read (ECMA-376, part 1, 17.16.18)."""

    def __init__(self) -> None:
        self.ended: set[etree._Element] = set()
        self.open: list[tuple[str, bool]] = []
        """What of each open field is being read: its `code`, its `result`, or a `form`, of which
        neither is shown; and whether it stands in what is not shown."""

    @property
    def silent(self) -> bool:
        """Whether what is being read is not shown."""
        return bool(self.open) and (self.open[-1][1] or self.open[-1][0] != "result")

    def enter(self, root: etree._Element) -> None:
        """Begins a part. A field that never ends is none: it would take all that follows."""
        self.ended, self.open = set(), []
        stories: list[list[etree._Element]] = [[]]
        walk = etree.iterwalk(root, events=("start", "end"), tag=(_MARK, _STORY, *_GONE))
        for event, each in walk:
            if each.tag == _STORY:
                if event == "start":
                    stories.append([])
                else:
                    stories.pop()
            elif event == "end":
                continue
            elif each.tag in _GONE:
                walk.skip_subtree()
            elif each.get(W + "fldCharType") == "begin":
                stories[-1].append(each)
            elif each.get(W + "fldCharType") == "end" and stories[-1]:
                self.ended.add(stories[-1].pop())

    def mark(self, mark: etree._Element) -> str:
        """Reads a `w:fldChar`; what a form field that begins here shows, "" for all others."""
        kind = mark.get(W + "fldCharType", "")
        if kind == "begin":
            shown = _choice(mark.find(W + "ffData"))
            if mark in self.ended:
                self.open.append(("form" if shown else "code", self.silent))
            return shown
        if self.open and kind == "separate" and self.open[-1][0] == "code":
            self.open[-1] = ("result", self.open[-1][1])
        elif self.open and kind == "end":
            self.open.pop()
        return ""


def _choice(form: etree._Element | None) -> str:
    """The entry chosen of a drop-down list, or the box of a check box, ticked or not."""
    if form is None:
        return ""
    box, entries = form.find(W + "checkBox"), form.find(W + "ddList")
    if box is not None:
        ticked = is_on(box, "checked")
        return "☑" if (is_on(box, "default") if ticked is None else ticked) else "□"
    if entries is None:
        return ""
    chosen = number(entries, "result")
    chosen = (number(entries, "default") or 0) if chosen is None else chosen
    texts = [each.get(VAL, "") for each in entries.findall(W + "listEntry")]
    return texts[chosen] if 0 <= chosen < len(texts) else ""
