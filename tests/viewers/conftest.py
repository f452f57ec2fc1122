"""A small case to look at, and a place of its own for what is painted."""

import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume


@pytest.fixture(autouse=True)
def edits(tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_LAB_EDITS", str(tmp_path / "edits"))


@pytest.fixture
def case() -> Case:
    ct = Volume(np.random.default_rng(0).integers(-100, 200, (20, 24, 30)).astype(np.int16), np.diag([2.0, 2, 3, 1]))
    masks = {name: np.zeros(ct.shape, bool) for name in ("liver", "spleen", "gall_bladder", "liver_tumor")}
    masks["liver"][12:18, 5:15, 5:20] = True
    masks["liver_tumor"][13:15, 7:9, 8:11] = True  # overlaps the liver
    masks["spleen"][2:5, 5:10, 20:25] = True
    return Case("case", ct, LabelMap(masks, ct.affine))
