"""The knobs change what they say: how far tumours are from synthetic ones, and how alike those of three organs look."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.data.lesion_shape import shape_statistics
from atlas_lab.data.phantom import Order, OrganSimilarity, PhantomPatient, patient
from tests.data.phantom.ordered import cases, depth, each_lesion, inner, parenchyma, spacing_of

pytestmark = pytest.mark.slow

MM = 1.5
METASTASES = [Order("metastasis", 4, (24, 34))]
LAG = 4  # voxels: 6 mm


def edge_mm(made: Sequence[PhantomPatient]) -> float:
    """How far the border fades: from a quarter to three quarters of the contrast, on the middle profile over its depth."""
    steps = np.arange(-6, 5.1, 0.75)
    profiles = []
    for one in made:
        mm = spacing_of(one)
        for fact, mask in each_lesion(one):
            deep, organ = depth(mask, mm), one.masks[fact["organ"]]
            others = np.logical_or.reduce([one.masks["hepatic_vessel"], one.masks[fact["mask"]] & ~mask, *one.mimics.values()])
            near = (depth(organ, mm) > 3) & ~others
            outside, inside = one.ct[parenchyma(one, fact["organ"])].mean(), one.ct[inner(mask, mm)].mean()
            levels = [one.ct[near & (abs(deep - step) < mm / 2)] for step in steps]
            profile = [float(hu.mean()) if hu.size > 20 else float(inside if step > 0 else outside)
                       for hu, step in zip(levels, steps, strict=True)]  # fmt: skip
            profiles.append((np.array(profile) - outside) / (inside - outside))
    middle = np.maximum.accumulate(np.median(profiles, axis=0))
    return float(np.interp(0.75, middle, steps) - np.interp(0.25, middle, steps))


def correlation(made: Sequence[PhantomPatient]) -> float:
    """Correlation of HU over 6 mm deep inside lesions, each voxel about the mean at its depth (a dark core is no texture)."""
    pairs = []
    for one in made:
        for _, mask in each_lesion(one):
            levels = np.rint(depth(mask, spacing_of(one))).astype(int)
            deep = levels >= 4
            if deep.any():
                hu = one.ct.astype(float)
                for level in range(4, levels.max() + 1):
                    hu[levels == level] -= hu[levels == level].mean() if (levels == level).any() else 0
                both = deep[LAG:] & deep[:-LAG]
                pairs.append((hu[LAG:][both], hu[:-LAG][both]))
    first, second = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return float(np.corrcoef(first, second)[0, 1])


def contrast(made: Sequence[PhantomPatient]) -> float:
    """Mean of lesion minus organ over the organ, deep inside each lesion."""
    found = []
    for one in made:
        for fact, mask in each_lesion(one):
            organ = one.ct[parenchyma(one, fact["organ"])].mean()
            found.append((one.ct[inner(mask, spacing_of(one))].mean() - organ) / organ)
    return float(np.mean(found))


def form(made: Sequence[PhantomPatient]) -> dict[str, float]:
    found = [shape_statistics(mask, [spacing_of(one)] * 3) for one in made for _, mask in each_lesion(one)]
    return {name: float(np.mean([statistics[name] for statistics in found])) for name in found[0]}


@pytest.fixture(scope="module")
def metastases() -> dict[float, list[PhantomPatient]]:
    return {gap: cases((0, 2), METASTASES, roi="liver", spacing=MM, real_gap=gap) for gap in (0.0, 1.0)}


def test_synthetic_edges_are_softer_than_real_ones(metastases) -> None:
    assert edge_mm(metastases[0.0]) > edge_mm(metastases[1.0]) + 1


def test_synthetic_texture_is_fainter_than_real_one(metastases) -> None:
    assert correlation(metastases[0.0]) < correlation(metastases[1.0]) - 0.05


def test_real_forms_are_more_lobulated_and_less_round_than_synthetic_ones(metastases) -> None:
    synthetic, real = form(metastases[0.0]), form(metastases[1.0])
    assert real["lobulation"] > synthetic["lobulation"] + 0.03
    assert real["sphericity"] < synthetic["sphericity"] - 0.02


def test_contrast_goes_from_a_synthesisers_to_the_published_one() -> None:
    order = [Order("hepatocellular_carcinoma", 3, (24, 34))]
    by_gap = [contrast(cases((0, 1), order, roi="liver", spacing=2.5, phase="arterial", real_gap=g)) for g in (0, 0.5, 1)]
    assert by_gap[0] < -0.2
    assert by_gap[2] > 0.15
    assert by_gap[0] + 0.1 < by_gap[1] < by_gap[2] - 0.1


def test_the_gap_leaves_cysts_and_mimics_as_they_are() -> None:
    near, far = (patient(4, roi="kidney", spacing=3.0, lesions=["renal_cyst"], real_gap=gap) for gap in (0, 1))
    assert near.masks["kidney_cyst"].any()
    assert near.ct.tobytes() == far.ct.tobytes()


def test_tumours_of_three_organs_have_the_same_relative_contrast_only_where_they_are_alike() -> None:
    liver, pancreas, kidney = (Order("hepatocellular_carcinoma", 3, (16, 24)),
                               Order("pancreatic_ductal_adenocarcinoma", 1, (16, 24)),
                               Order("renal_cell_carcinoma", 1, (20, 28)))  # fmt: skip
    spread = {}
    for alike in (0.0, 1.0):
        how = {"spacing": 2.0, "organ_similarity": alike}
        found = [
            contrast(cases((0,), [liver], roi="liver", phase="arterial", **how)),
            contrast(cases((0, 1, 2), [pancreas], roi="pancreas", phase="arterial", **how)),
            contrast(cases((0, 1, 2), [kidney], roi="kidney", phase="non_contrast", **how)),
        ]
        spread[alike] = max(found) - min(found)
        if alike:
            assert -0.55 < min(found) < max(found) < -0.15
    assert spread[1.0] < 0.25
    assert spread[0.0] > spread[1.0] + 0.3


def test_early_similarity_concerns_small_tumours_only() -> None:
    early = OrganSimilarity(early=1, late=0)
    for size, same in (((12, 18), 1.0), ((45, 55), 0.0)):
        order = [Order("renal_cell_carcinoma", 1, size)]
        made = {s: patient(1, roi="kidney", spacing=2.5, lesions=order, organ_similarity=s) for s in (early, 0.0, 1.0)}
        assert made[early].meta["lesions"]
        assert made[early].ct.tobytes() == made[same].ct.tobytes()
        assert made[early].ct.tobytes() != made[1.0 - same].ct.tobytes()


shares = st.floats(0, 1)
sizes = st.floats(0.1, 200)


@given(shares, shares, sizes, sizes, sizes, sizes)
def test_similarity_goes_one_way_from_early_to_late(early, late, early_mm, width, one, other) -> None:
    similarity = OrganSimilarity(early, late, early_mm, early_mm + width)
    small, large = sorted((one, other))
    low, high = sorted((early, late))
    near, far = similarity(small), similarity(large)
    assert low - 1e-9 <= min(near, far) <= max(near, far) <= high + 1e-9
    assert (far - near) * (late - early) >= -1e-9
    assert similarity(early_mm) == pytest.approx(early)
    assert similarity(early_mm + width) == pytest.approx(late)
    assert similarity(early_mm + width / 2) == pytest.approx((early + late) / 2)


@given(shares, sizes)
def test_one_number_is_the_similarity_at_every_size(value, diameter) -> None:
    assert OrganSimilarity.of(value)(diameter) == value
