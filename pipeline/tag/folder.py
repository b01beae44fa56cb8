"""A model's folder: where it stands, whether it is what it was made as, what is loaded from it.

It holds `arrays.npz` (no objects in it), `vocabulary.json` (the grams, as text), `recipe.json` (how
it was made, and the SHA-256 of the other two) and `sha256` (that of the recipe; the shipped one's
stands in models/shipped.json as well). Nothing in it is executed, and one that was changed, or made
for other features or other themes, is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from pipeline.errors import EXIT_BROKEN, ZuozhengError
from pipeline.tag import features
from pipeline.tag.features import Lookup
from pipeline.tag.model import BESIDES, Model, Recipe
from pipeline.tag.themes import themes

FORMAT = 3
ARRAYS = ("weights", "scale", "bias", "idf", "slope", "offset", "stage_weights", "pair_weights",
          "pair_knots", "rule_odds")
MOST_BYTES = 1 << 29
"""What a model's arrays may unpack to."""


class ModelError(ZuozhengError):
    """A model cannot be used: `model_missing`, `model_changed` (another hash than its recipe
    names), `model_version` (other features, format or themes), `model_invalid` (its parts do not
    fit)."""

    exit_code = EXIT_BROKEN


def directory() -> Path:
    """Where models stand: beside the package in a checkout, inside it when installed."""
    here = Path(__file__).resolve().parents[1]
    beside = here.parent / "models"
    return beside if beside.is_dir() else here / "_models"


def shipped() -> Path:
    """The model that screening takes unless another is named: the one models/shipped.json names
    with the hash of its recipe."""
    return directory() / pinned()["id"]


def of(place: Path | None) -> Model:
    """The model in that folder; None: the one shipped, which must have the pinned hash."""
    return load(place) if place else load(shipped(), pinned()["sha256"])


class About(NamedTuple):
    """What is known of a model before it is loaded."""

    path: Path
    id: str
    sha256: str
    by_rule_only: dict[str, tuple[str, ...]]


def about(place: Path | None) -> About:
    """A model's recipe, its parts checked by their hashes and not loaded: for whoever hands it to
    others. Raises ModelError as `load` does."""
    path = (place or shipped()).resolve()
    told, _, sha256 = _checked(path, None if place else pinned()["sha256"])
    return About(path, str(told["id"]), sha256,
                 {name: tuple(some) for name, some in told["by_rule_only"].items()})


def pinned() -> dict[str, str]:
    """`id`, `sha256` of the recipe and hash of the `evaluation` of the model that is shipped."""
    place = directory() / "shipped.json"
    try:
        told: dict[str, str] = json.loads(place.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError("model_missing", path=str(place), what=str(error)) from None
    return told


def load(path: Path, sha256: str | None = None) -> Model:
    """The model in a folder. `sha256` is the hash of recipe.json, where the caller has it pinned.

    Raises ModelError; its advice is to fetch the model again or to train one.
    """
    told, raw, pinned = _checked(path, sha256)
    try:
        vocabulary = tuple(json.loads(raw["vocabulary.json"]))
        with zipfile.ZipFile(io.BytesIO(raw["arrays.npz"])) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_BYTES:
                raise ValueError("arrays.npz unpacks to too much")
        with np.load(io.BytesIO(raw["arrays.npz"]), allow_pickle=False) as kept:
            arrays = {name: kept[name].astype(np.float32) for name in ARRAYS}
        made: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value
                                for name, value in told["recipe"].items()}
        recipe = Recipe(**made)
        columns = tuple(told["columns"])
        rules = dict(zip(told["rules"], map(float, arrays["rule_odds"]), strict=True))
        if arrays["weights"].shape != (len(vocabulary), len(columns)):
            raise ValueError("weights do not fit vocabulary and columns")
        return Model(
            told["id"], columns, recipe, vocabulary, Lookup(features.hashes_of(vocabulary)),
            arrays["idf"], arrays["weights"] * arrays["scale"], arrays["bias"], arrays["slope"],
            arrays["offset"], np.array(told["gated"], bool), tuple(told["anchors"]),
            arrays["stage_weights"], arrays["pair_weights"], arrays["pair_knots"], rules,
            float(told["rule_trust"]), float(told["propose"]), float(told["low"]),
            {name: tuple(some) for name, some in told["by_rule_only"].items()}, pinned)
    except _UNFIT as error:
        raise ModelError("model_invalid", path=str(path), what=str(error)) from None


_UNFIT = (AttributeError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile)


def _checked(path: Path, sha256: str | None) -> tuple[dict[str, Any], dict[str, bytes], str]:
    """A model's recipe, the bytes of its parts and the recipe's hash: of this version, for these
    themes, unchanged since it was made."""
    try:
        raw = {name: (path / name).read_bytes()
               for name in ("recipe.json", "arrays.npz", "vocabulary.json")}
        sealed = (path / "sha256").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError("model_missing", path=str(path), what=str(error)) from None
    pinned = hashlib.sha256(raw["recipe.json"]).hexdigest()
    if sha256 is not None and pinned != sha256:
        raise ModelError("model_changed", path=str(path), file="recipe.json")
    try:
        told = json.loads(raw["recipe.json"])
        _check(path, told, raw)
        if tuple(told["columns"]) != (*themes().ids, *BESIDES):
            raise ModelError("model_version", path=str(path), what="themes",
                             found=str(len(told["columns"]) - len(BESIDES)),
                             wanted=str(len(themes().ids)))
        if not isinstance(told["by_rule_only"], dict):
            raise TypeError("by_rule_only is no mapping")
        if sealed != pinned:
            raise ModelError("model_changed", path=str(path), file="recipe.json")
    except _UNFIT as error:
        raise ModelError("model_invalid", path=str(path), what=str(error)) from None
    return told, raw, pinned


def _check(path: Path, told: dict[str, Any], raw: dict[str, bytes]) -> None:
    """That it is a model of this version, unchanged since it was made."""
    wanted = {"format": FORMAT, "features": features.VERSION}
    for name, value in wanted.items():
        if told.get(name) != value:
            raise ModelError("model_version", path=str(path), what=name,
                             found=str(told.get(name)), wanted=str(value))
    for name in ("arrays.npz", "vocabulary.json"):
        if hashlib.sha256(raw[name]).hexdigest() != told["sha256"][name]:
            raise ModelError("model_changed", path=str(path), file=name)
