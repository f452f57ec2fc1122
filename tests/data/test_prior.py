"""What a segmentation that never looks at the CT knows, and what it must not be told."""

import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.prior import MeanLabels, baseline, dice
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

SIZE, MM = 24, 4.0
HU = {"liver": 120, "spleen": 60, "aorta": 200}
BOXES = {"liver": ((8, 8, 8), (14, 14, 14)), "spleen": ((14, 10, 8), (17, 14, 13))}


def boxes(move=(0, 0, 0)):
    """The organs' boxes, moved by whole voxels."""
    return {name: (np.add(low, move), np.add(high, move)) for name, (low, high) in BOXES.items()}


def make_case(organs, *, body=(0, 0), affine=None, without=(), hu=HU, **meta):
    """A body cylinder of 10 HU along z in air, moved by `body` voxels, with boxes in it; `without` are not annotated."""
    x, y, _ = np.indices((SIZE,) * 3)
    centre = SIZE / 2 - 0.5
    ct = np.where((x - centre - body[0]) ** 2 + (y - centre - body[1]) ** 2 <= 9**2, 10, -1000).astype(np.int16)
    masks = {}
    for name, (low, high) in organs.items():
        masks[name] = np.zeros(ct.shape, bool)
        masks[name][tuple(slice(*side) for side in zip(low, high, strict=True))] = True
        ct[masks[name]] = hu[name]
    affine = np.diag([MM, MM, MM, 1]) if affine is None else affine
    known = {name: mask for name, mask in masks.items() if name not in without}
    return Case("a", Volume(ct, affine), LabelMap(known, affine, shape=ct.shape), meta=meta)


def scores(prior, case, **how):
    return {name: dice(mask, case.labels[name]) for name, mask in prior.predict(case, **how).items()}


def test_dice_is_the_overlap_over_the_mean_size_and_nan_without_voxels():
    a, b, nothing = np.array([1, 1, 0, 0], bool), np.array([0, 1, 1, 1], bool), np.zeros(4, bool)
    assert dice(a, b) == pytest.approx(2 / 5)
    assert (dice(a, a), dice(a, nothing)) == (1, 0)
    assert np.isnan(dice(nothing, nothing))


@pytest.mark.parametrize("cases", [1, 3])
def test_identical_patients_are_predicted_exactly(cases):
    case = make_case(boxes())
    assert scores(MeanLabels.fit([case] * cases, spacing_mm=MM), case) == {"liver": 1, "spleen": 1}


def test_a_lattice_of_another_spacing_blurs_no_more_than_the_edges():
    case = make_case(boxes())
    assert min(scores(MeanLabels.fit([case] * 3, spacing_mm=3), case).values()) > 0.85


def test_bodies_are_aligned_in_x_and_y_wherever_they_lie_in_the_scan_and_the_world():
    train = [make_case(boxes((dx, dy, 0)), body=(dx, dy)) for dx, dy in ((0, 0), (2, -1), (-2, 1))]
    elsewhere = np.diag([MM, MM, MM, 1.0])
    elsewhere[:2, 3] = 4000, -250
    test = make_case(boxes((1, 2, 0)), body=(1, 2), affine=elsewhere)
    assert scores(MeanLabels.fit(train, spacing_mm=MM), test) == {"liver": 1, "spleen": 1}


def test_z_is_that_of_the_world():
    higher = np.diag([MM, MM, MM, 1.0])
    higher[2, 3] = 3 * MM
    same_place = make_case(boxes((0, 0, -3)), affine=higher)
    prior = MeanLabels.fit([make_case(boxes())], spacing_mm=MM)
    assert scores(prior, same_place) == {"liver": 1, "spleen": 1}
    assert scores(prior, make_case(boxes(), affine=higher))["liver"] == pytest.approx(0.5)  # 3 of its 6 slices


def test_an_anisotropic_grid_in_another_orientation_is_met_too():
    x, y, z = np.meshgrid(*(np.linspace(0, SIZE - 1, n) for n in (24, 47, 24)), indexing="ij")
    plain = make_case(boxes())
    pick = tuple(np.rint(axis).astype(int) for axis in (x, y, z))
    affine = np.diag([-MM, MM / 2, MM, 1.0])
    affine[0, 3] = MM * (SIZE - 1)
    labels = LabelMap({name: plain.labels[name][pick] for name in plain.labels}, np.diag([MM, MM / 2, MM, 1]))
    other = Case("b", Volume(np.flip(plain.ct.array[pick], 0), affine), labels)
    assert min(scores(MeanLabels.fit([plain], spacing_mm=MM), other).values()) > 0.85


def probability(prior, name):
    return prior._means[name].probability.values.max()


def test_unknown_is_not_absent():
    whole, unknown = make_case(boxes()), make_case(boxes(), without=["spleen"])
    absent = make_case(boxes())
    absent.labels["spleen"] = np.zeros(absent.ct.shape, bool)
    assert probability(MeanLabels.fit([whole, unknown, unknown], spacing_mm=MM), "spleen") == 1
    assert probability(MeanLabels.fit([whole, absent, absent], spacing_mm=MM), "spleen") == pytest.approx(1 / 3)


def test_what_the_field_of_view_does_not_reach_is_not_counted_as_empty():
    case = make_case(boxes())
    upper, affine = case.ct.array[..., 14:], case.ct.affine
    affine[2, 3] = 14 * MM  # above both organs
    above = Case("b", Volume(upper, affine), LabelMap({"liver": np.zeros(upper.shape, bool)}, affine))
    assert probability(MeanLabels.fit([case, above], spacing_mm=MM), "liver") == 1


def test_a_structure_no_case_has_is_predicted_empty():
    case = make_case(boxes())
    case.labels["aorta"] = np.zeros(case.ct.shape, bool)
    prior = MeanLabels.fit([case, case], spacing_mm=MM)
    for window in (False, True):
        assert not prior.predict(case, window=window)["aorta"].any()


def moving(**how):
    """Patients whose liver lies elsewhere in each."""
    shifts = [(dx, dy, dz) for dx in (-3, 0, 3) for dy in (-2, 2) for dz in (-3, 3)]
    return [make_case({"liver": boxes(shift)["liver"]}, **how) for shift in shifts]


def test_thresholds_are_judged_on_the_other_patients():
    """No two livers overlap, so nothing is known of the next one, though each lies in its own mean."""
    cases = [make_case({"liver": ((6, 6, z), (14, 14, z + 4))}) for z in (0, 8, 16)]
    mean = MeanLabels.fit(cases, spacing_mm=MM)._means["liver"]
    assert mean.threshold == pytest.approx(0.5)  # the middle of equals, where the in-sample choice is a third or less


def test_a_window_helps_where_hu_separate():
    *train, test = moving()
    prior = MeanLabels.fit(train, spacing_mm=MM)
    assert scores(prior, test, window=True)["liver"] > scores(prior, test)["liver"] + 0.2


def test_a_structure_that_a_window_would_only_harm_has_none():
    rng = np.random.default_rng(0)
    cases = [make_case(boxes()) for _ in range(4)]
    for case in cases:  # the organs as bright as the body, and noise for a window to cut the tails of
        body = case.ct.array > -300
        case.ct.array[body] = rng.normal(10, 80, np.count_nonzero(body)).astype(np.int16)
    assert scores(MeanLabels.fit(cases[1:], spacing_mm=MM), cases[0], window=True) == {"liver": 1, "spleen": 1}


def test_a_window_is_that_of_the_phase_when_the_case_has_one_that_training_had():
    bright, dark = {"liver": 200}, {"liver": 90}
    train = [*moving(hu=bright, phase="arterial"), *moving(hu=dark, phase="non_contrast")]
    prior = MeanLabels.fit(train, spacing_mm=MM)

    def found(hu, **meta):
        return scores(prior, make_case({"liver": boxes()["liver"]}, hu=hu, **meta), window=True)["liver"]

    assert found(bright, phase="arterial") > 0.5
    assert found(dark, phase="non_contrast") > 0.5
    assert found(bright, phase="non_contrast") < 0.3
    assert found(dark, phase="portal") > 0.5  # never seen in training: the window of all phases


def test_the_baseline_counts_only_the_cases_that_say_something():
    case, other = make_case(boxes()), make_case(boxes(), without=["spleen"])
    for each in (case, other):
        each.labels["aorta"] = np.zeros(case.ct.shape, bool)  # absent everywhere, predicted to be
    table = baseline([case, case], [case, other, case])
    assert table.columns.tolist() == ["prior", "prior_window", "n"]
    assert table.index.name == "structure"
    assert table["n"].to_dict() == {"aorta": 0, "liver": 3, "spleen": 2}
    assert table.loc["aorta", ["prior", "prior_window"]].isna().all()
    assert table.loc["liver", "prior"] == 1
    assert baseline([case], [case], "liver").index.tolist() == ["liver"]


def test_a_structure_predicted_where_it_is_absent_costs():
    absent = make_case(boxes())
    absent.labels["spleen"] = np.zeros(absent.ct.shape, bool)
    case = make_case(boxes())
    assert baseline([case, case], [case, absent]).loc["spleen", ["prior", "n"]].tolist() == [0.5, 2]


def test_mistakes_are_told():
    case = make_case(boxes())
    bare = make_case(boxes(), without=BOXES)
    air = Case("air", Volume(np.full((4, 4, 4), -1000, np.int16), np.eye(4)), LabelMap({}, np.eye(4), shape=(4, 4, 4)))
    with pytest.raises(InputError, match="at least one training case"):
        MeanLabels.fit([])
    with pytest.raises(InputError, match="none of the 2 training cases has an annotated structure"):
        MeanLabels.fit([bare, bare])
    with pytest.raises(InputError, match=r"'lver'.*did you mean 'liver'"):
        MeanLabels.fit([case], ["spleen", "lver"])
    with pytest.raises(InputError, match=r"'aorta'.*no training case is annotated"):
        MeanLabels.fit([case], "aorta")
    with pytest.raises(InputError, match="spacing_mm=0 must be above 0"):
        MeanLabels.fit([case], spacing_mm=0)
    with pytest.raises(InputError, match=r"air: .* no body"):
        MeanLabels.fit([air])
    with pytest.raises(InputError, match="at least one test case"):
        baseline([case], [])
