"""Scores equal those of the tools that the literature uses."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from atlas_lab.evaluation import CONVENTIONS, score
from tests.evaluation.masks import SPACINGS, TOLERANCES, pairs, sphere
from tests.evaluation.peers import deepmind, monai

METRICS = ["dsc", "nsd", "hd", "hd95", "assd"]
LIMITS = {"dsc": 0, "nsd": 1e-9, "hd": 1e-6, "hd95": 1e-6, "assd": 1e-6}


def agrees_with_deepmind(prediction, truth, spacing, tolerance_mm):
    row = score(prediction, truth, spacing, structures="it", tolerance_mm=tolerance_mm).loc["it"]
    for metric, theirs in deepmind(prediction, truth, spacing, tolerance_mm).items():
        assert row[metric] == pytest.approx(theirs, abs=LIMITS[metric], rel=0, nan_ok=True), metric


@settings(max_examples=300)
@given(pairs(), st.sampled_from(SPACINGS), st.sampled_from(TOLERANCES))
def test_deepminds_surface_distance_says_the_same_of_any_pair(pair, spacing, tolerance_mm):
    agrees_with_deepmind(*pair, spacing, tolerance_mm)


@settings(max_examples=40)
@given(
    pairs(("noise", "islands", "blobs", "checkerboard", "one voxel", "box")),
    st.sampled_from(SPACINGS),
    st.sampled_from(TOLERANCES),
)
def test_monai_says_the_same_in_its_own_convention(pair, spacing, tolerance_mm):
    prediction, truth = pair
    assume(prediction.any() and truth.any())
    row = score(prediction, truth, spacing, structures="it", tolerance_mm=tolerance_mm, **CONVENTIONS["monai"]).loc["it"]
    theirs = monai(prediction, truth, spacing, tolerance_mm)
    for metric in METRICS:
        assert row[metric] == pytest.approx(theirs[metric], rel=1e-5, abs=1e-6), metric
    corners = score(prediction, truth, spacing, structures="it", tolerance_mm=tolerance_mm).loc["it", "nsd"]
    subvoxels = monai(prediction, truth, spacing, tolerance_mm, subvoxels=True)["nsd"]
    assert corners == pytest.approx(subvoxels, rel=1e-5, abs=1e-6)


@given(pairs(("noise", "islands", "blobs", "box")), st.sampled_from(SPACINGS))
def test_medpys_convention_pools_the_distances_of_both_directions(pair, spacing):
    prediction, truth = pair
    assume(prediction.any() and truth.any())
    row = score(prediction, truth, spacing, structures="it", **CONVENTIONS["medpy"]).loc["it"]
    edges = [mask & ~ndimage.binary_erosion(mask) for mask in pair]
    there, back = (ndimage.distance_transform_edt(~other, sampling=spacing)[one] for one, other in (edges, edges[::-1]))
    assert row["hd95"] == pytest.approx(np.percentile(np.concatenate([there, back]), 95))
    assert row["assd"] == pytest.approx((there.mean() + back.mean()) / 2)
    assert row["hd"] == pytest.approx(max(there.max(), back.max()))


@pytest.mark.parametrize("what", ["half is missing", "an island far away", "elsewhere", "a shell"])
def test_predictions_that_are_far_off_are_measured_as_exactly(what):
    shape, spacing = (90, 70, 60), (0.8, 1.1, 2.0)
    truth = sphere(shape, (30, 30, 30), 18)
    prediction = truth.copy()
    if what == "half is missing":
        prediction[:, :, 30:] = False
    elif what == "an island far away":
        prediction[80:84, 60:64, 50:54] = True
    elif what == "elsewhere":
        prediction = sphere(shape, (75, 55, 45), 9)
    else:
        prediction = sphere(shape, (30, 30, 30), 20) & ~sphere(shape, (30, 30, 30), 4)
    agrees_with_deepmind(prediction, truth, spacing, 2.0)


def test_golden_values_two_voxels():
    truth, prediction = np.zeros((2, 10, 8, 6), bool)
    truth[4, 4, 3], prediction[4, 4, 5] = True, True  # 2 mm apart
    row = score(prediction, truth, (3, 2, 1), structures="it", tolerance_mm=1).loc["it"]
    assert row[METRICS].tolist() == pytest.approx([0, 0.5, 2, 2, 1.5])


def test_golden_values_half_spaces():
    truth, prediction = np.zeros((2, 100, 100, 100), bool)
    truth[:50], prediction[:51] = True, True
    row = score(prediction, truth, (2, 1, 1), structures="it", tolerance_mm=1).loc["it"]
    assert row[METRICS].tolist() == pytest.approx([0.990, 0.836, 2, 2, (0.322 + 0.339) / 2], abs=5e-4)


def test_golden_values_spheres():
    shape = (60, 60, 60)
    truth = sphere(shape, (29.5, 29.5, 29.5), 20)
    shifted, larger = sphere(shape, (30.5, 29.5, 29.5), 20), sphere(shape, (29.5, 29.5, 29.5), 22)
    row = score(shifted, truth, (1, 1, 1), structures="it", tolerance_mm=1).loc["it"]
    assert row[["dsc", "nsd", "hd", "assd"]].tolist() == pytest.approx([0.962327, 1, 1, 0.2683], abs=5e-5)
    row = score(larger, truth, (1, 1, 1), structures="it", tolerance_mm=2).loc["it"]
    assert row[["dsc", "nsd", "hd95", "assd"]].tolist() == pytest.approx(
        [0.857318, 0.90373, 2.236, (1.593 + 1.627) / 2], abs=6e-4
    )
    row = score(shifted, truth, (1, 1, 1), structures="it", **CONVENTIONS["medpy"]).loc["it"]
    assert row["assd"] == pytest.approx(0.5945, abs=5e-5)
