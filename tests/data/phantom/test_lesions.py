"""What the phantom's lesions and their mimics promise."""

import re
from collections import Counter

import cc3d
import numpy as np
import pytest

from atlas_lab.anatomy import BY_NAME
from atlas_lab.data.phantom import HOSPITALS, LESIONS, MIMICS, Order, PhantomPatient, patient
from atlas_lab.data.phantom.lesions import LABELS
from tests.data.phantom.ordered import cases, depth, each_lesion, inner, parenchyma, spacing_of

MM = 4.0
GRID = {"shape": (96, 96, 72), "spacing": MM}


@pytest.fixture(scope="module")
def patients() -> list[PhantomPatient]:
    """By chance ill or healthy, then healthy by order."""
    by_chance = [patient(i, seed=1, hospital=HOSPITALS[i % 5].name, **GRID) for i in range(10)]
    return by_chance + [patient(i, seed=1, lesions=[], **GRID) for i in range(4)]


@pytest.fixture(scope="module")
def livers() -> dict[str, list[PhantomPatient]]:
    orders = [Order("metastasis", 2, (20, 30)), Order("hepatocellular_carcinoma", 2, (20, 30))]
    return {phase: cases((0, 1), orders, roi="liver", spacing=2.5, phase=phase) for phase in ("arterial", "portal")}


@pytest.fixture(scope="module")
def pancreases() -> dict[str, list[PhantomPatient]]:
    orders = [Order("pancreatic_ductal_adenocarcinoma", 1, (15, 25)), Order("pancreatic_neuroendocrine_tumor", 1, (15, 25)),
              Order("pancreatic_cyst", 1, (12, 20))]  # fmt: skip
    return {phase: cases((0, 1), orders, roi="pancreas", spacing=1.5, phase=phase) for phase in ("arterial", "portal")}


@pytest.fixture(scope="module")
def kidneys() -> dict[str, list[PhantomPatient]]:
    orders = [Order("renal_cell_carcinoma", 1, (20, 30)), Order("renal_cyst", 1, (15, 25))]
    return {phase: cases((1, 2), orders, roi="kidney", spacing=1.5, phase=phase) for phase in ("arterial", "portal")}


def test_some_patients_have_lesions_and_some_have_none(patients: list[PhantomPatient]) -> None:
    ill = [bool(made.meta["lesions"]) for made in patients[:10]]
    assert any(ill)
    assert not all(ill)
    assert len({lesion["type"] for made in patients for lesion in made.meta["lesions"]}) >= 5


def test_an_empty_order_gives_no_tumour(patients: list[PhantomPatient]) -> None:
    for made in patients[10:]:
        assert made.meta["lesions"] == []
        assert not any(made.masks[label].any() for label in LABELS)


def test_a_lesion_never_leaves_its_organ(patients, livers, pancreases, kidneys) -> None:
    for made in (*patients, *livers["portal"], *pancreases["portal"], *kidneys["portal"]):
        for label in LABELS:
            hosts = np.logical_or.reduce([made.masks[host] for host in BY_NAME[label].hosts])
            assert not (made.masks[label] & ~hosts).any(), label


def test_each_lesion_is_where_and_as_large_as_its_record_says(patients, livers, pancreases, kidneys) -> None:
    near = []
    for made in (*patients, *livers["portal"], *pancreases["portal"], *kidneys["portal"]):
        for fact, mask in each_lesion(made):
            ml = mask.sum() * spacing_of(made) ** 3 / 1000
            assert fact["volume_ml"] == pytest.approx(ml, rel=0.01), fact
            assert fact["diameter_mm"] == pytest.approx(np.cbrt(6000 * ml / np.pi), abs=0.1), fact
            center = np.argwhere(mask).mean(axis=0) @ made.affine[:3, :3] + made.affine[:3, 3]
            near.append(np.linalg.norm(center - fact["center_mm"]) < max(0.5 * fact["diameter_mm"], MM))
            assert fact["organ"] in BY_NAME[fact["mask"]].hosts
        for label in LABELS:
            listed = sum(fact["volume_ml"] for fact in made.meta["lesions"] if fact["mask"] == label)
            assert made.masks[label].sum() * spacing_of(made) ** 3 / 1000 == pytest.approx(listed, rel=0.03), label
    assert np.mean(near) > 0.9  # of some, neighbours leave but a piece


def test_the_report_says_what_the_masks_hold(patients, livers, pancreases, kidneys) -> None:
    for made in (*patients, *livers["arterial"], *pancreases["arterial"], *kidneys["arterial"]):
        report, text = made.meta["report"], made.meta["report"]["text"]
        assert ("No tumour." in text) == (not any(made.masks[label].any() for label in LABELS))
        for benign, facts in ((False, made.meta["lesions"]), (True, made.meta["mimics"])):
            rows = [row for row in report["findings"] if row["benign"] == benign]
            counts = Counter((fact["organ"], fact["type"]) for fact in facts)
            assert {(row["organ"], row["type"]): row["count"] for row in rows} == counts
            for row in rows:
                mine = [f["diameter_mm"] for f in facts if (f["organ"], f["type"]) == (row["organ"], row["type"])]
                assert row["largest_mm"] == max(mine)
                count = f"({row['count']} × )?"
                said = f"{BY_NAME[row['organ']].display}: {count}{row['type']}, (the largest )?{row['largest_mm']:.0f} mm"
                assert re.search(said.replace("_", " "), text, re.IGNORECASE), (said, text)
        assert text.count(":") == len(report["findings"])


def test_mimics_look_like_tumours_and_are_in_no_tumour_mask(patients, livers, pancreases, kidneys) -> None:
    for made in (*patients, *livers["portal"], *pancreases["portal"], *kidneys["portal"]):
        assert {name for name, mask in made.mimics.items() if mask.any()} <= {fact["type"] for fact in made.meta["mimics"]}
        for name, mask in made.mimics.items():
            assert not any((mask & made.masks[label]).any() for label in LABELS), name
    for group in (patients[:10], patients[10:]):
        assert sum(bool(made.meta["mimics"]) for made in group) > 0.6 * len(group)
    known = {kind.name for kind in MIMICS} | {"dilated_duct"}
    assert {fact["type"] for made in patients for fact in made.meta["mimics"]} <= known


@pytest.mark.parametrize("kind", LESIONS, ids=lambda kind: kind.name)
def test_an_ordered_lesion_grows_in_its_organ_to_the_size_asked_for_or_is_said_to_be_left_out(kind) -> None:
    grown = 0
    for index in range(3):
        made = patient(index, shape=(100, 96, 140), spacing=MM, lesions=[Order(kind.name, 1, (20, 25))])
        left_out = sum(counts.get(kind.name, 0) for counts in made.meta["left_out"].values())
        assert len(made.meta["lesions"]) + left_out == 1
        for fact in made.meta["lesions"]:
            assert (fact["type"], fact["mask"]) == (kind.name, kind.label)
            assert fact["organ"] in kind.organs
            assert 0.65 * 20 <= fact["diameter_mm"] <= 1.2 * 25
            grown += 1
    assert grown >= 2


def test_as_many_grow_as_were_ordered() -> None:
    orders = [Order("metastasis", 4, (15, 25)), Order("lung_nodule", 3, (15, 20)), Order("renal_cyst", 2, (15, 20))]
    for index in (1, 2, 3):
        made = patient(index, shape=(100, 96, 140), spacing=MM, lesions=orders)
        assert Counter(fact["type"] for fact in made.meta["lesions"]) == {order.type: order.count for order in orders}


def test_however_many_grow_each_is_a_piece_of_its_own() -> None:
    for index in (1, 2, 4):
        made = patient(index, lesions=[Order("metastasis", 6, (20, 35))], **GRID)
        pieces = cc3d.connected_components(made.masks["liver_tumor"], connectivity=26).max()
        assert pieces == len(made.meta["lesions"])
        missing = made.meta["left_out"].get("no room in the organ", {}).get("metastasis", 0)
        assert len(made.meta["lesions"]) + missing == 6  # what does not fit is said


def test_a_second_cyst_grows_beside_a_carcinoma() -> None:
    orders = [Order("renal_cell_carcinoma", 1, (25, 40)), Order("renal_cyst", 2, (15, 25))]
    made = patient(0, lesions=orders, **GRID)
    assert Counter(fact["type"] for fact in made.meta["lesions"]) == {"renal_cell_carcinoma": 1, "renal_cyst": 2}


def test_types_may_be_named_for_short() -> None:
    made = patient(1, lesions=["colon_carcinoma", Order("renal_cyst", 1, (15, 20))], **GRID)
    assert {fact["type"] for fact in made.meta["lesions"]} == {"colon_carcinoma", "renal_cyst"}


def test_what_is_narrower_than_two_voxels_and_a_half_is_left_to_finer_grids() -> None:
    order = [Order("renal_cyst", 2, (8, 9))]
    coarse, fine = (patient(1, roi="kidney", spacing=mm, lesions=order) for mm in (4.0, 2.0))
    assert coarse.meta["lesions"] == []
    assert not coarse.masks["kidney_cyst"].any()
    assert "No tumour." in coarse.meta["report"]["text"]
    assert len(fine.meta["lesions"]) == 2


def contrasts(made: list[PhantomPatient], kind: str) -> list[float]:
    """HU of each lesion of a type, deep inside it, minus its organ's."""
    return [
        float(one.ct[inner(mask, spacing_of(one))].mean() - one.ct[parenchyma(one, fact["organ"])].mean())
        for one in made
        for fact, mask in each_lesion(one)
        if fact["type"] == kind
    ]


def test_metastases_are_darker_than_the_liver(livers) -> None:
    assert max(contrasts(livers["arterial"], "metastasis")) < -5
    assert max(contrasts(livers["portal"], "metastasis")) < -25
    assert np.mean(contrasts(livers["portal"], "metastasis")) < np.mean(contrasts(livers["arterial"], "metastasis")) - 10


def test_hepatocellular_carcinomas_are_brighter_early_and_washed_out_late(livers) -> None:
    assert min(contrasts(livers["arterial"], "hepatocellular_carcinoma")) > 5
    assert np.mean(contrasts(livers["portal"], "hepatocellular_carcinoma")) < -8


def test_ductal_carcinomas_are_darker_and_neuroendocrine_tumours_brighter_than_the_pancreas(pancreases) -> None:
    assert max(contrasts(pancreases["arterial"], "pancreatic_ductal_adenocarcinoma")) < -12
    assert max(contrasts(pancreases["portal"], "pancreatic_ductal_adenocarcinoma")) < -5
    assert min(contrasts(pancreases["arterial"], "pancreatic_neuroendocrine_tumor")) > 15


def test_renal_carcinomas_are_darker_than_the_kidney_in_the_portal_phase(kidneys) -> None:
    assert max(contrasts(kidneys["portal"], "renal_cell_carcinoma")) < -35


def test_cysts_hold_fluid_in_each_phase(pancreases, kidneys) -> None:
    seen = 0
    for phase in ("arterial", "portal"):
        for made in (*pancreases[phase], *kidneys[phase]):
            for fact, mask in each_lesion(made):
                if fact["type"].endswith("cyst"):
                    assert -6 < made.ct[inner(mask, 1.5)].mean() < 26, fact
                    seen += 1
    assert seen >= 6


def test_nodules_are_soft_tissue_in_the_lung() -> None:
    order = [Order("lung_nodule", 5, (14, 20))]
    made = patient(0, roi="lung_right", shape=(160, 154, 224), spacing=2.5, phase="portal", lesions=order)
    thick = [mask for _, mask in each_lesion(made) if depth(mask, 2.5).max() > 4.5]  # a flat one is half air at its border
    found = [float(made.ct[inner(mask, 2.5)].mean()) for mask in thick]
    assert len(found) >= 2
    assert all(-10 < hu < 90 for hu in found)
    assert made.ct[made.masks["lung_right"] & ~made.masks["lung_tumor"]].mean() < -700


def test_what_is_recorded_of_the_contrast_is_what_the_ct_shows(livers, pancreases) -> None:
    for made in (*livers["portal"], *pancreases["portal"]):
        for fact, mask in each_lesion(made):
            organ = made.ct[parenchyma(made, fact["organ"])].mean()
            assert made.ct[inner(mask, spacing_of(made))].mean() - organ == pytest.approx(fact["hu_contrast"], abs=30), fact


def test_mimics_are_as_bright_as_they_are_known_to_be() -> None:
    seen: Counter[str] = Counter()
    for index in range(6):
        made = patient(index, roi="liver", spacing=2.5, lesions=[])
        for name, mask in made.mimics.items():
            if name == "liver_cyst" and mask.sum() > 60:
                assert -8 < made.ct[inner(mask, 2.5)].mean() < 28
            elif name in ("granuloma", "aortic_plaque", "renal_stone") and mask.sum() > 10:
                assert made.ct[mask].max() > 150, name
            seen[name] += 1
    assert len(seen) >= 4
