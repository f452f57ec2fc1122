"""What is measured of a case, and beside which typical values it may stand."""

import numpy as np
import pytest

from atlas_lab import anatomy
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.measure import measure
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

SPACING = np.diag([1.0, 2, 2.5, 1])


@pytest.fixture
def case():
    """A liver of 27 voxels with 100 and 40 HU, a cut spleen, an absent gall bladder, a hollow stomach, something of one's own."""
    hu = np.full((9, 9, 9), -100, np.int16)
    inside, edge = np.zeros((2, 9, 9, 9), bool)
    inside[2:5, 2:5, 2:5], edge[6:, 6:, 6:] = True, True
    hu[inside], hu[2, 2, 2] = 100, 40
    masks = {"liver": inside, "spleen": edge, "gall_bladder": np.zeros_like(edge), "stomach": inside, "seroma": inside}
    return Case("a", Volume(hu, SPACING), LabelMap(masks, SPACING), meta={"phase": "portal"})


def test_volume_and_hu_are_those_of_the_voxels(case):
    liver = measure(case).loc["liver"]
    hu = np.array([100] * 26 + [40])
    assert liver[["status", "volume_ml"]].tolist() == ["present", pytest.approx(27 * 5 / 1000)]
    assert liver[["mean_hu", "sd_hu"]].tolist() == [pytest.approx(hu.mean()), pytest.approx(hu.std())]


def test_typical_values_stand_only_beside_what_can_be_compared(case):
    table = measure(case)
    known = anatomy.BY_NAME
    assert table.loc["liver", "typical_ml"] == known["liver"].volume_ml
    assert table.loc["liver", "typical_hu"] == known["liver"].hu["portal"]
    has = table.notna()
    assert has["typical_ml"].to_dict() == {
        "gall_bladder": True, "liver": True, "spleen": False, "stomach": True, "seroma": False
    }  # fmt: skip
    assert has["typical_hu"].to_dict() == {
        "gall_bladder": True, "liver": True, "spleen": True, "stomach": False, "seroma": False
    }  # fmt: skip
    assert table.loc["gall_bladder", ["status", "volume_ml"]].tolist() == ["absent", 0]
    assert not has.loc["gall_bladder", "mean_hu"]


def test_without_a_phase_the_range_spans_all(case):
    case.meta.clear()
    ranges = anatomy.BY_NAME["liver"].hu.values()
    assert measure(case, "liver").loc["liver", "typical_hu"] == (min(low for low, _ in ranges), max(high for _, high in ranges))


def test_voxels_that_are_no_numbers_are_left_out_and_told(case):
    hu = case.ct.array.astype(np.float32)
    hu[2, 2, 2], hu[2, 2, 3] = np.nan, np.inf
    broken = Case("b", Volume(hu, SPACING), case.labels)
    with pytest.warns(UserWarning, match="b: 2 of 27 voxels of liver are NaN or infinite"):
        assert measure(broken, "liver").loc["liver", "mean_hu"] == 100
    with pytest.raises(InputError, match="measure takes a Case, not Volume"):
        measure(case.ct)


def test_only_what_is_asked_for_is_measured(case):
    assert list(measure(case, ["spleen", "liver"]).index) == ["spleen", "liver"]
    with pytest.raises(InputError, match="'aorta' is not annotated here"):
        measure(case, "aorta")
