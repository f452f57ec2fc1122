"""The phantom's `real_gap`: at 0 its tumours are as the handcrafted method makes them, at 1 they are not."""

import numpy as np
import pytest

from atlas_lab.anatomy import PHASES
from atlas_lab.data.phantom import Order, patient
from atlas_lab.data.phantom.lesions.handcrafted import CONTRAST
from atlas_lab.synthesis import synthesize
from atlas_lab.synthesis.contrast import contrast_range
from atlas_lab.synthesis.realism import lesions_of
from atlas_lab.synthesis.realism.measures import measure_lesions

pytestmark = pytest.mark.slow

MM, SIZES = 2.5, (15.0, 25.0)
TUMOURS = {"liver": ("metastasis", 5, 2), "kidney": ("renal_cell_carcinoma", 6, 1)}  # type, patients, tumours of each


def numbers(cases, organ):
    return measure_lesions(lesions_of(cases, f"{organ}_tumor", spacing_mm=MM / 2)).numbers


def scan(index, organ, lesions, gap):
    return patient(index, phase="portal", roi=organ, spacing=MM, lesions=lesions, real_gap=gap).case(f"phantom_{index}")


@pytest.fixture(scope="module", params=TUMOURS)
def looks(request):
    """The numbers of tumours by the method, and of the phantom's own at a gap of 0 and of 1."""
    organ = request.param
    kind, patients, count = TUMOURS[organ]
    rng = np.random.default_rng(0)
    healthy = [scan(index, organ, [], 1.0) for index in range(patients)]
    made = [
        synthesize(case, organ, "handcrafted", float(diameter), count=1, phase="portal", seed=index)
        for index, case in enumerate(healthy)
        for diameter in rng.uniform(*SIZES, 2)
    ]
    order = [Order(kind, count, SIZES)]
    own = [numbers([scan(index, organ, order, gap) for index in range(patients)], organ) for gap in (0.0, 1.0)]
    return organ, numbers(made, organ), *own


def test_the_phantom_knows_the_contrasts_of_the_method():
    assert {
        organ: {phase: contrast_range(organ, phase) for phase in PHASES} for organ in ("liver", "pancreas", "kidney")
    } == CONTRAST


def test_at_no_gap_contrast_edge_and_spread_are_those_of_the_method(looks):
    organ, method, near, _ = looks
    contrast = method["contrast"].mean()
    assert near["contrast"].mean() == pytest.approx(contrast, abs=0.2 * abs(contrast))
    if organ == "liver":  # a kidney's cortex is an edge of its own
        assert near["edge blur"].mean() == pytest.approx(method["edge blur"].mean(), abs=0.4)
        assert near["spread"].mean() == pytest.approx(method["spread"].mean(), rel=0.25)


def test_a_gap_of_one_leads_away_from_the_method(looks):
    _, method, near, far = looks
    aim = method["contrast"].mean()
    assert abs(far["contrast"].mean() - aim) > abs(near["contrast"].mean() - aim) + 3
