"""Crops: as many tumours in each bin of radii, and the same people on the same voxels without them."""

import dataclasses

import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.lessons.train_on_synthetic import Setting, crops_of, fingerprints

FINE = Setting(spacing_mm=1.0, patch=16)


@pytest.fixture(scope="module")
def small():
    return crops_of(FINE, [1.0], tumours_a_bin=2, train=2)


def diameters(cases):
    tumour = cases.classes.index("liver_tumor")
    return [float(np.cbrt(6 / np.pi * np.count_nonzero((np.asarray(case.bits) >> tumour) & 1))) for case in cases]


@pytest.mark.slow
def test_every_bin_has_as_many_tumours(small):
    judged = diameters(small.tests["real_gap 1"])
    assert np.histogram(judged, [2.5, 10, 20, np.inf])[0].tolist() == [2, 2, 2]
    assert all(max(case.shape) < 160 for case in small.tests["real_gap 1"])


@pytest.mark.slow
def test_a_healthy_crop_is_the_same_person_on_the_same_voxels_and_nothing_else_has_changed(small):
    assert small.people(small.healthy) == small.people(small.real["real_gap 1"])
    assert not small.healthy.known[:, -1].any()
    for well, ill in zip(small.healthy, small.real["real_gap 1"], strict=True):
        assert well.shape == ill.shape
        changed = np.asarray(well.hu) != np.asarray(ill.hu)
        assert 0 < changed.mean() < 0.4
        assert not changed[[0, -1]].any()
        assert not changed[:, [0, -1]].any()


@pytest.mark.slow
def test_nobody_teaches_and_judges(small):
    taught, judged = [*small.real.values(), small.healthy], small.tests.values()
    assert not set(fingerprints(taught)) & set(fingerprints(judged))
    assert not set().union(*map(small.people, taught)) & set().union(*map(small.people, judged))


@pytest.mark.parametrize(
    ("setting", "gaps", "counts", "said"),
    [
        (dataclasses.replace(FINE, spacing_mm=2.0), [1.0], {}, "1 mm or finer"),
        (FINE, [], {}, "from 0 to 1"),
        (FINE, [2.0], {}, "from 0 to 1"),
        (FINE, [1.0], {"tumours_a_bin": 0}, "give 1 or more"),
        (FINE, [1.0], {"train": 1}, "and 2 or more"),
    ],
)
def test_crops_that_cannot_be_are_refused(setting, gaps, counts, said):
    with pytest.raises(InputError, match=said):
        crops_of(setting, gaps, **counts)
