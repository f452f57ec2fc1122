"""Who is trained on and who judges: never the same people, and healthy CTs that nobody annotated for tumours."""

import itertools

import pytest

from atlas_lab.data.phantom import Order, patient
from atlas_lab.errors import InputError
from atlas_lab.lessons.train_on_synthetic import Cohort, fingerprints, name_of
from atlas_lab.lessons.train_on_synthetic.cohort import JUDGES
from atlas_lab.lessons.train_on_synthetic.patients import Wanted, orders_by_radius, phantoms, smallest_mm
from atlas_lab.lessons.train_on_synthetic.setting import Setting


def test_nobody_is_trained_on_and_judges(cohort):
    learned = set(fingerprints([cohort.healthy, *cohort.real.values()]))
    assert not learned & set(fingerprints(cohort.tests.values()))
    assert not cohort.people(cohort.real["real"]) & cohort.people(cohort.tests["real"])
    assert len(learned) == 4


def test_in_healthy_cts_tumours_are_unknown_not_absent(cohort):
    assert cohort.healthy.known[:, 0].all()
    assert not cohort.healthy.known[:, 1].any()
    assert cohort.real["real"].known.all()


def test_an_atlas_without_healthy_patients_is_refused(hospital, setting, tmp_path):
    from tests.lessons.train_on_synthetic.conftest import case_of

    for number in range(4):
        case_of(number, ill=True).save(tmp_path)
    with pytest.raises(InputError, match="4 patients with liver_tumor and 0 without"):
        Cohort.atlas(tmp_path, setting)


@pytest.mark.parametrize("gaps", [[], [1.5]])
def test_a_gap_is_a_share(gaps, setting):
    with pytest.raises(InputError, match="from 0 to 1"):
        Cohort.phantom(setting, gaps)


def test_every_published_bin_is_ordered_where_the_voxels_can_show_it():
    fine = orders_by_radius("liver", 0, 1.0)
    assert [order.count for order in fine] == [3, 3, 2]
    assert all(a.diameter_mm[1] < b.diameter_mm[0] for a, b in itertools.pairwise(fine))
    coarse = orders_by_radius("liver", 0, 4.0)
    assert len(coarse) == 2  # nothing below 10 mm
    assert coarse[0].diameter_mm[0] >= smallest_mm(4.0)
    assert {orders_by_radius("liver", n, 1.0)[0].type for n in range(2)} == {"metastasis", "hepatocellular_carcinoma"}
    assert all(isinstance(order, Order) for order in orders_by_radius("pancreas", 1, 1.5))


@pytest.mark.slow
def test_a_healthy_phantom_is_the_same_person_and_nobody_looked_for_tumours():
    setting = Setting(train=2, test=2, spacing_mm=5.0)
    orders = orders_by_radius("liver", 1, setting.spacing_mm)
    asked = [Wanted(1, "liver", 5.0, "portal"), Wanted(1, "liver", 5.0, "portal", orders, real_gap=0.0)]
    well, ill = phantoms(asked)
    assert well.meta["patient"] == ill.meta["patient"]
    assert well.ct.shape == ill.ct.shape
    assert well.labels.status("liver_tumor") == "unknown"
    assert ill.labels["liver_tumor"].any()
    assert set(ill.labels) == {"liver", "liver_tumor", "mimic"}
    assert (well.labels["liver"] == ill.labels["liver"]).mean() > 0.99
    again = phantoms(asked)
    assert again.ids == [well.id, ill.id]
    assert JUDGES > 100
    assert name_of(0.5) == "real_gap 0.5"


@pytest.mark.slow
def test_a_tumour_that_lies_beyond_the_scan_is_rendered_all_the_same():
    order = (Order("metastasis", count=1, diameter_mm=(11.2, 17.6)),)
    where = {"spacing": 2.0, "phase": "portal", "roi": "liver_tumor", "lesions": list(order), "real_gap": 0.0}
    index = next(i for i in range(10_030, 10_200) if not _in_view(i, **where))
    (case,) = phantoms([Wanted(index, "liver", 2.0, "portal", order, real_gap=0.0, close=True)])
    assert case.labels["liver_tumor"].any()


def _in_view(index, **where):
    try:
        patient(index, **where)
    except InputError:
        return False
    return True
