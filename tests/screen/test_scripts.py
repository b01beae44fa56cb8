"""Papers in other scripts are said to be unread, and nothing is held missing for their sake."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.screen.unit import screen

CHINESE = """岚河市交通运输局2023年民族团结进步创建工作总结

2023年5月18日，局党组理论学习中心组专题学习习近平总书记关于加强和改进民族工作的重要思想。
"""
MONGOLIAN = "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ ᠦᠨᠳᠦᠰᠦᠲᠡᠨ ᠦ ᠡᠪ ᠨᠢᠭᠡᠳᠦᠯ\n\n" * 3


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("scripts") / "岚河市交通运输局"
    folder.mkdir()
    (folder / "总结.txt").write_text(CHINESE, "utf-8")
    (folder / "蒙文总结.txt").write_text(MONGOLIAN, "utf-8")
    (folder / "双语通知.txt").write_text(CHINESE + "\n" + MONGOLIAN, "utf-8")
    out = folder.parent / "out"
    done = screen(folder, "yuxi-2024", out, period="2023", ocr="never")
    assert done.exit_code == 10
    return json.loads((out / "coverage.json").read_text("utf-8"))


def test_the_reason_is_told(found: Any) -> None:
    told = {row["path"]: (row["status"], row["reason"]) for row in found["files"]}
    assert told == {"总结.txt": ("read", None), "蒙文总结.txt": ("unread", "unsupported_script"),
                    "双语通知.txt": ("partly_read", "unsupported_script")}


def test_nothing_is_missing_while_they_stand_unread(found: Any) -> None:
    proposed = {row["id"]: row["proposed"] for row in found["indicators"]}
    assert proposed["Y01"] == "covered"
    assert "missing" not in proposed.values() and proposed["Y15"] == "undetermined"
