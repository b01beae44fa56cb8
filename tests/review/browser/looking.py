"""What axe-core finds on a page as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

AXE = Path(__file__).with_name("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


COLOURS = ["color-contrast", "link-in-text-block"]
"""What can differ where nothing but colours does."""


def asks(page: Any, where: str, only: list[str] | None = None) -> None:
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text("utf-8"))
    rules = {"type": "rule", "values": only} if only else {"type": "tag", "values": RULES}
    found = page.evaluate("""(rules) => axe.run(document, {runOnly: rules})
        .then((told) => told.violations
          .filter((one) => ["serious", "critical"].includes(one.impact))
          .map((one) => `${one.id}: ${one.nodes.slice(0, 4).map((node) => node.html.slice(0, 160)
            + " " + (node.any[0]?.message || "")).join(" | ")}`))""", rules)
    assert found == [], where
