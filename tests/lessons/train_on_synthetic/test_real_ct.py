"""A real CT without tumours: training patches can be looked at, and nothing is judged."""

import pytest

from atlas_lab.errors import InputError
from atlas_lab.lessons.train_on_synthetic import given, training_patches, what_cannot_be_judged, with_tumours
from atlas_lab.synthesis.transform import TumourTransform
from tests.lessons.train_on_synthetic.conftest import case_of


def test_a_case_folder_and_an_atlas_are_both_taken(hospital, setting):
    assert len(given(str(hospital), setting)) == 6
    assert [case.id for case in given(str(hospital / "well0"), setting)] == ["well0"]


def test_tumours_are_there_only_where_somebody_found_one(hospital, setting):
    assert with_tumours(given(str(hospital), setting), setting)
    assert not with_tumours(given(str(hospital / "well1"), setting), setting)


def test_patches_hold_tumours_inside_the_organ_and_the_case_stays(setting):
    case = case_of(0, ill=False)
    before = case.ct.array.copy()
    patches = training_patches([case], setting, TumourTransform("liver", "handcrafted", "tiny", probability=1.0), count=2)
    assert len(patches) == 2
    for patch in patches:
        assert patch.ct.shape == (16, 16, 16)
        assert patch.labels["liver_tumor"].any()
        assert not (patch.labels["liver_tumor"] & ~patch.labels["liver"]).any()
    assert (case.ct.array == before).all()
    assert "liver_tumor" not in case.labels


def test_what_is_missing_is_named(hospital, setting):
    import dataclasses

    with pytest.raises(InputError, match="kidney"):
        given(str(hospital / "well0"), dataclasses.replace(setting, organ="kidney"))
    assert "no liver_tumor is annotated" in what_cannot_be_judged("here", setting)
