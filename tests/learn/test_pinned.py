"""Which changes of a model's folder are found out, byte by byte: what the README may promise."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.learn.train import seal
from pipeline.tag import folder as models
from pipeline.tag.folder import ModelError
from pipeline.tag.quality import evaluation, stored

PLACES = (0.0, 0.001, 0.31, 0.5, 0.77, 1.0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(models.shipped(), tmp_path / "mine"))


def changed(file: Path, place: float) -> None:
    data = bytearray(file.read_bytes())
    data[int(place * (len(data) - 1))] ^= 1
    file.write_bytes(data)


@pytest.mark.parametrize("name", ["arrays.npz", "vocabulary.json"])
@pytest.mark.parametrize("place", PLACES)
def test_a_changed_part_is_refused(folder: Path, name: str, place: float) -> None:
    changed(folder / name, place)
    with pytest.raises(ModelError, match="model_changed") as refusal:
        models.load(folder)
    assert refusal.value.args_["file"] == name


@pytest.mark.parametrize("name", ["recipe.json", "evaluation.json"])
@pytest.mark.parametrize("place", PLACES)
def test_the_shipped_ones_recipe_and_evaluation_are_pinned(
        folder: Path, name: str, place: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.tag.folder.shipped", lambda: folder)
    monkeypatch.setattr("pipeline.tag.quality.shipped", lambda: folder)
    assert models.of(None).sha256 == models.pinned()["sha256"] and evaluation(folder)
    changed(folder / name, place)
    with pytest.raises(ModelError, match=f"model_changed: .*{name}"):
        evaluation(folder) if name == "evaluation.json" else models.of(None)


def test_a_recipe_that_is_no_recipe_is_refused(folder: Path) -> None:
    for place in (0.0, 1.0):
        shutil.copy(models.shipped() / "recipe.json", folder)
        changed(folder / "recipe.json", place)
        with pytest.raises(ModelError, match="model_"):
            models.load(folder)


def test_of_another_recipe_nothing_is_believed(folder: Path) -> None:
    """Neither that it may be used, nor, were its seal made anew, that it is what was measured."""
    before = models.about(folder)
    assert stored(folder, before.sha256, "yuxi-2024") is not None
    told = json.loads((folder / "recipe.json").read_text("utf-8"))
    (folder / "recipe.json").write_text(json.dumps(told | {"propose": 0.01}), "utf-8")
    with pytest.raises(ModelError, match="model_changed"):
        models.about(folder)
    seal(folder, told | {"propose": 0.01})
    after = models.about(folder)
    assert after.sha256 != before.sha256 and stored(folder, after.sha256, "yuxi-2024") is None


def test_a_folder_without_its_seal_is_refused(folder: Path) -> None:
    (folder / "sha256").unlink()
    with pytest.raises(ModelError, match="model_missing"):
        models.load(folder)
