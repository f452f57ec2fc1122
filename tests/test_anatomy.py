"""The table: the ids of the releases, ranges that make sense, colours that can be told apart."""

import itertools

import numpy as np
import pytest

from atlas_lab import anatomy
from atlas_lab.errors import InputError

# Machado, Oliveira and Fernandes 2009, severity 1.0, linear RGB
_SEEN_BY = {
    "everyone": np.eye(3),
    "deuteranopes": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "protanopes": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
}
_TOUCHING = """liver gall_bladder;liver kidney_right;liver stomach;liver duodenum;liver postcava;liver hepatic_vessel;
liver lung_right;liver liver_tumor;spleen stomach;spleen kidney_left;spleen pancreas;stomach pancreas;stomach colon;
pancreas duodenum;pancreas portal_vein_and_splenic_vein;pancreas pancreas_tumor;aorta postcava;aorta celiac_trunk;
kidney_left adrenal_gland_left;kidney_right adrenal_gland_right;kidney_left kidney_tumor;kidney_right kidney_tumor;
postcava portal_vein_and_splenic_vein;intestine colon;intestine duodenum;bladder prostate;prostate rectum;bladder rectum;
kidney_left kidney_right;lung_left lung_right;femur_left femur_right;adrenal_gland_left adrenal_gland_right"""


def lab(hex_color: str, seen: np.ndarray) -> np.ndarray:
    srgb = np.array([int(hex_color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    t = to_xyz @ np.clip(seen @ linear, 0, 1) / [0.95047, 1, 1.08883]
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_the_ids_are_those_of_the_releases():
    old, new = anatomy.class_map("1.0", tumors=False), anatomy.class_map("1.1", tumors=False)
    assert list(old.values()) == list(range(1, 10))
    assert list(new.values()) == list(range(1, 26))
    assert [old[n] for n in ("aorta", "gall_bladder", "kidney_left", "kidney_right", "liver")] == [1, 2, 3, 4, 5]
    assert [new[n] for n in ("adrenal_gland_left", "celiac_trunk", "hepatic_vessel", "rectum")] == [10, 13, 19, 25]
    assert min(t.id for t in anatomy.TUMORS) == 26
    assert len({s.id for s in anatomy.BY_NAME.values()}) == len(anatomy.BY_NAME) == 32


def test_ranges_run_upwards_for_every_phase():
    for s in anatomy.STRUCTURES:
        assert 0 < s.volume_ml[0] < s.volume_ml[1]
        assert set(s.hu) == set(anatomy.PHASES)
        assert all(low < high for low, high in s.hu.values())


def test_organs_stand_for_their_structures():
    assert anatomy.organ("kidney") == ("kidney_left", "kidney_right")
    assert anatomy.organ("liver") == ("liver",)
    with pytest.raises(InputError, match="unknown structure 'livr': did you mean 'liver'"):
        anatomy.organ("livr")
    assert anatomy.structure("femur_right").side == "right"
    assert anatomy.structure("aorta").side is None


def test_tumors_grow_in_structures_that_exist():
    for tumor in anatomy.TUMORS:
        assert tumor.is_tumor
        assert set(tumor.hosts) <= {s.name for s in anatomy.STRUCTURES}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("1.2", "unknown release '1.2'"),
        ({"a": 0}, "ids are whole numbers from 1 to 255"),
        ({"a": 256}, "ids are whole numbers"),
        ({"a": True}, "ids are whole numbers"),
        ({"a": 1, "b": 1}, "id 1 is given to 'b' and to another"),
    ],
)
def test_class_maps_are_checked(given, said):
    with pytest.raises(InputError, match=said):
        anatomy.class_map(given)


@pytest.mark.parametrize("who", _SEEN_BY)
def test_touching_structures_can_be_told_apart_by(who):
    for pair in _TOUCHING.replace("\n", "").split(";"):
        a, b = (lab(anatomy.color(name), _SEEN_BY[who]) for name in pair.split())
        assert np.linalg.norm(a - b) > 25, pair


def test_no_two_structures_share_a_colour():
    for a, b in itertools.combinations(anatomy.BY_NAME.values(), 2):
        assert np.linalg.norm(lab(a.color, np.eye(3)) - lab(b.color, np.eye(3))) > 4, (a.name, b.name)
