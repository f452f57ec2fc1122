"""Public label sets speak AbdomenAtlas names."""

import pytest

from atlas_lab import anatomy
from atlas_lab.anatomy import LABEL_SETS, label_set, pair, translate
from atlas_lab.errors import InputError


@pytest.mark.parametrize(
    ("set_name", "ids"),
    [
        ("btcv", {1: "spleen", 2: "kidney_right", 3: "kidney_left", 9: "postcava", 13: "adrenal_gland_left"}),
        ("amos", {2: "kidney_right", 9: "postcava", 10: "pancreas", 13: "duodenum", 14: "bladder"}),
        ("flare22", {1: "liver", 2: "kidney_right", 6: "postcava", 9: "gall_bladder", 13: "kidney_left"}),
        ("word", {3: "kidney_left", 4: "kidney_right", 12: "adrenal_gland", 15: "femur_left", 16: "femur_right"}),
        ("totalsegmentator", {2: "kidney_right", 3: "kidney_left", 11: "lung_left", 18: "intestine", 63: "postcava"}),
        ("ctorg", {2: "bladder", 3: "lung", 4: "kidney"}),
        ("kits", {1: "kidney", 2: "kidney_tumor", 3: "kidney_cyst"}),
    ],
)  # fmt: skip
def test_ids_are_those_the_sets_publish(set_name, ids):
    assert {id: label_set(set_name).ids[id] for id in ids} == ids


def test_every_name_is_in_the_table_or_holds_both_sides_of_a_pair():
    for labels in LABEL_SETS.values():
        for name in labels.ids.values():
            assert name in anatomy.BY_NAME or pair(name) or name == "prostate_uterus", (labels.name, name)


def test_a_set_knows_the_ids_it_has_no_name_for():
    assert label_set("totalsegmentator").known == frozenset(range(1, 118))
    assert {5, 6} <= label_set("ctorg").known
    assert label_set("btcv").known == frozenset(range(1, 14))


def test_merged_pairs_are_told():
    assert label_set("ctorg").merged == ("lung", "kidney")
    assert label_set("btcv").merged == ()
    assert pair("kidney") == ("kidney_left", "kidney_right")
    assert pair("liver") is pair("kidney_left") is pair("heart") is None


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Left Kidney", "kidney_left"),
        ("RIGHT-LUNG", "lung_right"),
        ("Head of femur L", "femur_left"),
        ("right adrenal gland", "adrenal_gland_right"),
        ("IVC", "postcava"),
        ("gallbladder", "gall_bladder"),
        ("liver tumours", "liver_tumor"),
        ("small bowel", "intestine"),
        ("kidneys", "kidney"),
        ("arota", "aorta"),
        ("portal vein and splenic vein", "portal_vein_and_splenic_vein"),
        ("prostate/uterus", "prostate_uterus"),  # not a prostate: half of the patients have none
        ("Left Atrium", "left_atrium"),  # no table knows it, so only the spelling changes
    ],
)
def test_names_are_translated(said, meant):
    assert translate(said) == meant


def test_table_names_translate_to_themselves():
    assert {translate(name) for name in anatomy.BY_NAME} == set(anatomy.BY_NAME)


def test_an_unknown_set_names_the_nearest():
    with pytest.raises(InputError, match="unknown label set 'btvc': did you mean 'btcv'"):
        label_set("btvc")
