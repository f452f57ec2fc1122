"""Another place, organ or method; what is seen is what is saved; and what cannot be is said."""

import json
import time

import numpy as np
import pytest

import atlas_lab as al
from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.synthesis import NoRoom, remake
from atlas_lab.viewers import playground
from atlas_lab.viewers import playground_settings as settings_module
from atlas_lab.viewers.playground_planes import TUMOUR
from tests.viewers.playground.playing import SPACING, control, press, refusal, voxel, words


def test_what_has_no_room_is_said_and_the_last_picture_stays(played, case):
    played.set(centre=voxel(99, 45, 50))
    before = played.synthesis
    with pytest.raises(InputError, match="no room for a tumour of 100 mm"):
        played.set(size=100)
    assert "no room for a tumour of 100 mm" in refusal(played)
    assert played.synthesis is before
    np.testing.assert_array_equal(played.viewer._shown.volume.array, before.case.ct.array)
    played.set(size=13)
    assert refusal(played) == ""
    with pytest.raises(InputError, match="is not in the liver"):
        played.set(centre=(0, 0, 0))
    assert played.centre == voxel(99, 45, 50)
    with pytest.raises(NoRoom, match="ask for a smaller size"):
        played.set(size=70, centre=None)
    assert played.size == 13, "a change that is refused at the door changes nothing"


def test_a_click_moves_the_tumour_and_one_outside_is_refused(played, case):
    def click(place):
        played.viewer._receive(played.viewer, {"say": "click", "voxel": list(place)}, [])

    place = voxel(78, 58, 50)
    click(place)
    assert played.centre == place
    middle = np.argwhere(played.synthesis.tumor).mean(axis=0)
    assert np.abs((middle - place) * SPACING).max() < 3
    click((1, 1, 1))
    assert "is not in the liver" in refusal(played)
    assert played.centre == place
    click(voxel(60, 45, 50))
    assert "a vessel or lesion is there" in refusal(played)
    played.viewer.voxel = place[0] - 2, place[1], place[2]
    press(played, "Move it to the crosshair")
    assert played.centre == played.viewer.voxel


def test_another_organ_gets_a_tumour_of_its_own(played, case):
    assert [name for _, name in control(played, "organ").options] == ["liver", "kidney", "portal_vein_and_splenic_vein"]
    played.set(size=10)
    control(played, "organ").value = "kidney"
    assert played.tumour.structure in ("kidney_left", "kidney_right")
    inside = case.labels["kidney_left"] | case.labels["kidney_right"]
    assert inside[played.synthesis.tumor].all()
    assert played.viewer.voxel == played.centre


def test_another_one_is_at_the_same_place_and_another_place_is_not(played):
    first, tumor = played.centre, played.synthesis.tumor
    press(played, "Another one")
    assert played.centre == first
    assert played.seed == 4
    assert (played.synthesis.tumor != tumor).any()
    press(played, "Another place")
    assert played.centre != first


def test_the_settings_make_the_same_tumour_again(played, case):
    played.set(size=17, contrast=-44, seed=9, centre=None)
    other = playground(case)
    other.set(**played.settings)
    np.testing.assert_array_equal(other.synthesis.case.ct.array, played.synthesis.case.ct.array)
    assert other.record["tumours"] == played.record["tumours"]
    other.close()


@pytest.mark.parametrize("method", ["handcrafted", "automaton"])
def test_what_is_saved_is_what_is_seen_and_its_record_makes_it_again(played, case, tmp_path, method):
    played.set(method=method, size=15)
    shown = played.viewer._shown.volume.array.copy()
    folder = played.save(tmp_path / "new")
    saved, record = Case.open(folder), json.loads((folder / "record.json").read_text())
    np.testing.assert_array_equal(saved.ct.array, shown)
    assert TUMOUR not in saved.labels
    made = remake(case, record)
    np.testing.assert_array_equal(made.case.ct.array, shown)
    np.testing.assert_array_equal(saved.labels["liver_tumor"], made.tumor)
    with pytest.raises(InputError, match="is there already; choose another folder"):
        played.save(tmp_path / "new")
    assert [path.name for path in tmp_path.rglob("*") if path.name.startswith(".")] == []


def test_the_save_button_never_overwrites(played, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    played._controls.folder.value = "here"
    press(played, "Save what you see")
    assert (tmp_path / "here" / "hand_made" / "record.json").is_file()
    assert "saved" in refusal(played)
    assert played._controls.folder.value == "playground/1"
    played._controls.folder.value = "here"
    press(played, "Save what you see")
    assert "is there already" in refusal(played)


def test_a_slow_method_says_so_and_begins_when_the_controls_rest(played, monkeypatch):
    from atlas_lab.synthesis.handcrafted import Handcrafted

    grown = []

    class Slow(Handcrafted):
        name = "diffusion"

        def grow(self, *given):
            grown.append(given)
            return super().grow(*given)

    monkeypatch.setattr(settings_module, "method_of", lambda name, settings: Slow())
    control(played, "method").value = "diffusion"
    assert "takes seconds" in words(played)
    for size in (11, 12, 13):
        control(played, "size").value = size
        time.sleep(0.05)
    assert grown == []
    played._newest.wait()
    assert len(grown) == 1
    assert "diffusion" in words(played)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"organ": "livr"}, "did you mean 'liver'"),
        ({"organ": "pancreas"}, "has no mask of pancreas"),
        ({"organ": "spleen"}, "the mask is empty"),
        ({"method": "handcraft"}, "did you mean 'handcrafted'"),
        ({"size": 500}, "from 1 to 200 mm"),
        ({"size": "big"}, "give a number"),
        ({"seed": -1}, "0 or more"),
    ],
)
def test_what_cannot_be_is_refused_in_words(case, played, given, said):
    with pytest.raises(InputError, match=said):
        playground(case, **given)
    before = played.settings
    with pytest.raises(InputError, match=said):
        played.set(**given)
    assert played.settings == before


def test_an_unknown_setting_names_the_nearest(played):
    with pytest.raises(InputError, match="did you mean 'contrast'"):
        played.set(contrst=3)
    with pytest.raises(InputError, match="keeps its case"):
        played.viewer.show(played._case)


def test_a_float_ct_and_one_on_disk_play_too(case, tmp_path):
    other = Case("float", case.ct.like(case.ct.array.astype(np.float32) + 0.25), case.labels, meta=case.meta)
    opened = al.Case.open(other.save(tmp_path))
    made = playground(opened, size=12)
    assert made.synthesis.case.ct.array.dtype == np.float32
    np.testing.assert_array_equal(made.synthesis.case.ct.array, made.viewer._shown.volume.array)
    made.close()
