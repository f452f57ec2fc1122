"""Diffusion taught by few tumours: what is learned by heart lies nearer to what taught than other real tumours do."""

import dataclasses

import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.lessons.train_on_synthetic import (
    REAL_ONLY,
    Lessons,
    Setting,
    by_diameter,
    cross_organ,
    gains,
    grid,
    pair_name,
)
from atlas_lab.synthesis.handcrafted import Handcrafted
from atlas_lab.synthesis.realism import lesions_of
from tests.lessons.train_on_synthetic.conftest import case_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lessons(tmp_path_factory):
    from atlas_lab.data import Atlas

    folder = tmp_path_factory.mktemp("lessons")
    for number in range(3):
        case_of(number, ill=True).save(folder)
    case_of(0, ill=False).save(folder)
    atlas = Atlas.open(folder)
    held = lesions_of([case_of(number, ill=True) for number in range(5, 8)], "liver_tumor", spacing_mm=1.5)
    return Lessons(atlas.select(["ill0", "ill1", "ill2"]), atlas.select(["well0"]), held, atlas.select(["well0"]), "liver")


def test_a_tumour_that_taught_has_no_distance_and_others_do(lessons):
    found = lessons.neighbours(Handcrafted(), 2)
    itself = dataclasses.replace(lessons, held=lesions_of(lessons.examples, "liver_tumor", spacing_mm=1.5))
    known = itself.neighbours(Handcrafted(), 3)
    assert known[known["kind"] == "held-out real"]["distance"].max() < 1e-6
    assert set(found["kind"]) == {"synthetic", "held-out real"}
    assert (found["distance"] > 0).all()
    assert np.isfinite(found["distance"]).all()
    more = lessons.neighbours(Handcrafted(), 3)
    real = [table[table["kind"] == "held-out real"]["distance"].to_numpy() for table in (found, more)]
    assert (real[1] <= real[0] + 1e-9).all()  # more teachers are never farther


def test_a_model_is_taught_by_so_many_cases_and_kept(lessons, tmp_path):
    first = lessons.taught(1, (1, 1), tmp_path)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.ckpt")}
    assert lessons.taught(1, (1, 1), tmp_path) == first
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.ckpt")} == stamps
    assert lessons.taught(2, (1, 1), tmp_path) != first


def test_few_examples_in_one_hospital_are_tested_abroad_beside_real_tumours_on_every_look(tmp_path):
    setting = Setting(train=2, test=2, steps=1, spacing_mm=5.0, patch=16, tumour_size="tiny")
    taught = Lessons.phantom(setting, 1, 1.0)
    assert not any("liver_tumor" in case.labels for case in taught.healthy)
    found, distances = grid(taught, setting, [(1, 1)], (1, 1), tmp_path, gaps=[0.0, 1.0], sampling_steps=1, real=True)
    assert list(found) == [pair_name(1, 1), REAL_ONLY] == ["1 example, 1 hospital", REAL_ONLY]
    for one in found.values():
        assert set(one.patients["look"]) == {"real_gap 0", "real_gap 1"}
        assert one.patients["case"].str.startswith("abroad").all()
    assert len(list((tmp_path / "segmenters_real").glob("seed0/*/*/last.ckpt"))) == 1  # taught by one look, judged on both
    assert set(gains(found, pair_name(1, 1))) == {"real_gap 0", "real_gap 1"}
    assert set(distances["examples"]) == {1}


@pytest.mark.parametrize("pair", [(1, 5), (1, 0), (9, 1)])
def test_hospitals_and_examples_that_are_not_there_are_refused(pair, lessons, tmp_path):
    with pytest.raises(InputError, match="1 to 3 examples, 1 to 4 hospitals"):
        grid(lessons, Setting(), [pair], (1, 1), tmp_path, gaps=[1.0])


def test_liver_tumours_are_moved_into_kidneys_and_judged_below_and_above_2_cm(tmp_path):
    setting = Setting(train=2, test=2, steps=1, spacing_mm=5.0, patch=16)
    found = cross_organ(setting, [1.0], tmp_path, pieces=3)
    table = by_diameter(found["organ_similarity 1"], "moved", setting)
    assert list(table.index) == ["below 20", "from 20"]
    assert (table["n"] > 0).all()
