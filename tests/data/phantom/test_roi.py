"""A region of interest is a piece of the same patient."""

import re

import numpy as np
import pytest

from atlas_lab.anatomy import organ
from atlas_lab.data.phantom import Order, PhantomPatient, patient
from atlas_lab.data.phantom.lesions import LABELS
from atlas_lab.errors import InputError

MM = 3.0
ORDERS = [Order("metastasis", 3, (15, 30)), Order("pancreatic_cyst", 1, (15, 25)), Order("renal_cell_carcinoma", 1, (20, 40)),
          Order("renal_cyst", 2, (12, 20)), Order("colon_carcinoma", 1, (25, 40))]  # fmt: skip
ROIS = ("liver", "pancreas", "kidney", "spleen", "stomach", "adrenal_gland_left", "colon", "postcava", "bladder")


@pytest.fixture(scope="module")
def whole() -> PhantomPatient:
    return patient(2, spacing=MM, lesions=ORDERS)


def box_of(part: PhantomPatient, whole: PhantomPatient) -> tuple[slice, ...]:
    """Where a part lies in the whole, by world coordinates."""
    start = np.linalg.solve(whole.affine, part.affine[:, 3])[:3]
    assert np.allclose(start, np.rint(start), atol=1e-3)
    return tuple(slice(int(a), int(a) + n) for a, n in zip(np.rint(start), part.ct.shape, strict=True))


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return float(2 * (a & b).sum() / (a.sum() + b.sum()))


@pytest.mark.parametrize("roi", ROIS)
def test_a_roi_shows_what_the_whole_scan_shows_there(roi: str, whole: PhantomPatient) -> None:
    part = patient(2, spacing=MM, lesions=ORDERS, roi=roi)
    box = box_of(part, whole)
    assert part.ct.size < 0.5 * whole.ct.size
    names = organ(roi) if roi == "kidney" else (roi,)
    for name in names:
        assert part.masks[name].sum() == pytest.approx(whole.masks[name].sum(), rel=0.01), name
    own = [lesion for lesion in whole.meta["lesions"] if lesion["organ"] in names]
    for name in (*names, *{lesion["mask"] for lesion in own}):
        assert dice(part.masks[name], whole.masks[name][box]) >= 0.99, name
    assert [lesion for lesion in part.meta["lesions"] if lesion["organ"] in names] == own


def test_the_tissue_of_a_roi_is_that_of_the_whole_scan(whole: PhantomPatient) -> None:
    part = patient(2, spacing=MM, lesions=ORDERS, roi="liver")
    difference = part.ct.astype(float) - whole.ct[box_of(part, whole)]
    for name in ("liver", "liver_tumor", "spleen"):  # only the noise is another
        if part.masks[name].sum() > 50:
            assert abs(difference[part.masks[name]].mean()) < 2, name


def test_a_roi_lists_the_lesions_in_view_and_no_others(whole: PhantomPatient) -> None:
    part = patient(2, spacing=MM, lesions=ORDERS, roi="kidney_left")
    low, high = part.affine[:3, 3], (part.affine @ [*np.subtract(part.ct.shape, 1), 1])[:3]
    known = [lesion for lesion in whole.meta["lesions"] if lesion["organ"] == "kidney_left"]
    far = [lesion for lesion in whole.meta["lesions"] if np.any(np.array(lesion["center_mm"]) < low - 40)
           or np.any(np.array(lesion["center_mm"]) > high + 40)]  # fmt: skip
    assert far
    assert all(lesion in part.meta["lesions"] for lesion in known)
    assert not any(
        lesion["type"] == other["type"] and lesion["organ"] == other["organ"] for lesion in part.meta["lesions"] for other in far
    )
    assert {label for label in LABELS if part.masks[label].any()} == {lesion["mask"] for lesion in part.meta["lesions"]}


def test_a_fine_roi_has_the_volume_of_a_coarse_one() -> None:
    coarse, fine = (patient(1, roi="spleen", spacing=mm, lesions=[]) for mm in (3.0, 1.5))
    volumes = [made.masks["spleen"].sum() * mm**3 for made, mm in ((coarse, 3.0), (fine, 1.5))]
    assert volumes[1] == pytest.approx(volumes[0], rel=0.03)


def test_a_roi_stays_within_the_scan_and_may_be_cut_by_it() -> None:
    cut = patient(2, roi="liver", shape=(128, 128, 40), spacing=MM, lesions=[])
    assert cut.ct.shape[2] <= 40
    assert cut.masks["liver"][:, :, -1].any() or cut.masks["liver"][:, :, 0].any()


def first(lacks: str, **where) -> int:
    """The first patient who lacks a structure."""
    return next(i for i in range(40) if not patient(i, shape=(40, 40, 48), spacing=10.0, **where).masks[lacks].any())


@pytest.mark.parametrize("name", ["prostate", "gall_bladder"])
def test_a_roi_that_a_patient_lacks_is_refused_by_name(name: str) -> None:
    index = first(name, lesions=[])
    with pytest.raises(InputError, match=f"patient {index} has no {name}"):
        patient(index, roi=name)


def test_a_roi_outside_the_scan_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"bladder.*outside the scan"):
        patient(0, roi="bladder", shape=(40, 40, 8), spacing=3.0)


@pytest.mark.parametrize(
    "roi",
    [
        "elbow",
        "",
        "livr",
        3,
        ((0, 0, 0),),
        ((0, 0, 0), (10, 10, 0)),
        ((0, 0, 0), (10, 10, "far")),
        ((900, 900, 900), (950, 950, 950)),
    ],
)
def test_an_unknown_roi_is_refused(roi) -> None:
    with pytest.raises(InputError, match=re.escape(repr(roi))):
        patient(0, roi=roi)


def test_a_misspelt_roi_is_told_what_was_meant() -> None:
    with pytest.raises(InputError, match="did you mean 'liver'"):
        patient(0, roi="livr")


def test_a_roi_may_be_the_lesions_of_a_mask(whole: PhantomPatient) -> None:
    part = patient(2, spacing=MM, lesions=ORDERS, roi="kidney_tumor")
    assert part.masks["kidney_tumor"].sum() == whole.masks["kidney_tumor"].sum() > 0
    assert part.ct.size < 0.1 * whole.ct.size
    with pytest.raises(InputError, match="has no liver_tumor"):
        patient(2, spacing=MM, lesions=[], roi="liver_tumor")


def test_a_roi_may_be_a_box_and_then_shows_the_same_tissue_with_lesions_and_without() -> None:
    lesion = [Order("metastasis", 1, (12, 16))]
    ill = patient(2, spacing=2.0, lesions=lesion, roi="liver_tumor")
    low = ill.affine[:3, 3]
    box = (tuple(low), tuple(low + 2 * np.subtract(ill.ct.shape, 1)))
    again, well = (patient(2, spacing=2.0, lesions=orders, roi=box) for orders in (lesion, []))
    assert np.array_equal(again.ct, ill.ct)
    assert np.array_equal(well.affine, ill.affine)
    assert not well.masks["liver_tumor"].any()
    tumour = ill.masks["liver_tumor"]
    assert (well.ct != ill.ct)[tumour].mean() > 0.9
    assert (well.ct != ill.ct).sum() < 4 * tumour.sum()
