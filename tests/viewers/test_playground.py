"""A tumour follows its controls, and what is seen is what is saved."""

import base64
import io
import json
import time

import numpy as np
import pytest
from PIL import Image

import atlas_lab as al
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.synthesis import NoRoom, remake
from atlas_lab.viewers import playground
from atlas_lab.viewers import playground_settings as settings_module
from atlas_lab.viewers.playground_ground import Ground
from atlas_lab.viewers.playground_planes import TUMOUR
from tests.viewers.page import Page, codes, unpacked

SHAPE, SPACING = (70, 60, 40), (1.5, 1.5, 2.5)


@pytest.fixture
def case() -> Case:
    """A liver, a vessel through it, and two kidneys, in fat."""
    x, y, z = (np.arange(n) * step for n, step in zip(SHAPE, SPACING, strict=True))
    x, y, z = x[:, None, None], y[:, None], z
    masks = {
        "liver": (x - 70) ** 2 + (y - 45) ** 2 + (z - 50) ** 2 < 33**2,
        "portal_vein_and_splenic_vein": ((y - 45) ** 2 + (z - 50) ** 2 < 4**2) & (np.abs(x - 60) < 30),
        "kidney_left": (x - 18) ** 2 + (y - 25) ** 2 + (z - 30) ** 2 < 15**2,
        "kidney_right": (x - 18) ** 2 + (y - 65) ** 2 + (z - 30) ** 2 < 15**2,
        "spleen": np.zeros(SHAPE, bool),
    }
    hu = np.full(SHAPE, -100.0)
    for name, level in (("liver", 110), ("portal_vein_and_splenic_vein", 170), ("kidney_left", 180), ("kidney_right", 180)):
        hu[masks[name]] = level
    hu += 10 * np.random.default_rng(0).standard_normal(SHAPE)
    ct = Volume(np.rint(hu).astype(np.int16), np.diag([*SPACING, 1]))
    return Case("hand_made", ct, LabelMap(masks, ct.affine), meta={"phase": "portal"})


@pytest.fixture
def played(case):
    made = playground(case, size=14, seed=3)
    yield made
    made.close()


def words(played) -> str:
    return played._controls._words.value


def refusal(played) -> str:
    return played._controls._refusal.value


def control(played, name):
    return played._controls._turned[name]


def voxel(*mm: float) -> tuple[int, ...]:
    return tuple(int(v / step) for v, step in zip(mm, SPACING, strict=True))


def press(played, label):
    def buttons(widget):
        return [widget] if hasattr(widget, "click") else [b for child in getattr(widget, "children", ()) for b in buttons(child)]

    next(button for button in buttons(played._controls.root) if button.description.startswith(label)).click()


def seen(played, page) -> np.ndarray:
    """The CT as a page that heard everything holds it."""
    hu = played._case.ct.array.copy()
    message, parts = [told for told in page.told("change") if told[0]["box"]][-1]
    x0, x1, y0, y1, z0, z1 = message["box"]
    hu[x0:x1, y0:y1, z0:z1] = codes(parts["voxels"], (x1 - x0, y1 - y0, z1 - z0))
    return hu


def test_a_change_sends_a_box_in_which_only_the_recorded_region_differs(played, case):
    page = Page(played.viewer)
    played.set(size=16, contrast=-50)
    (message, parts), *_ = page.told("change")
    assert sum(map(len, parts.values())) < case.ct.array.nbytes / 4
    now, (row,) = seen(played, page), played.record["tumours"]
    np.testing.assert_array_equal(now, played.synthesis.case.ct.array)
    differs = np.argwhere(now != case.ct.array)
    assert len(differs) > 100
    box = np.array(row["box"])
    assert (differs >= box[:, 0]).all()
    assert (differs < box[:, 1]).all()
    (structure,) = message["structures"]
    np.testing.assert_array_equal(unpacked(structure, parts[f"mask {TUMOUR}"], case.ct.shape), played.synthesis.tumor)


def test_of_two_changes_nothing_of_the_first_is_left(played):
    page = Page(played.viewer)
    first = played.centre
    played.set(seed=4, centre=None)
    assert played.centre != first
    np.testing.assert_array_equal(seen(played, page), played.synthesis.case.ct.array)
    np.testing.assert_array_equal(played.viewer._shown.volume.array, played.synthesis.case.ct.array)


def test_a_page_that_comes_later_gets_the_tumour_with_the_scene(played, case):
    played.set(size=12)
    answer, parts = Page(played.viewer).ask(ask="scene", have=[])
    scene = answer["scene"]
    x0, x1, y0, y1, z0, z1 = scene["change"]["box"]
    now = codes(parts["coarse ct"], case.ct.shape).copy()
    np.testing.assert_array_equal(now, case.ct.array)
    now[x0:x1, y0:y1, z0:z1] = codes(parts["voxels"], (x1 - x0, y1 - y0, z1 - z0))
    np.testing.assert_array_equal(now, played.synthesis.case.ct.array)
    row = next(row for row in scene["structures"] if row["name"] == TUMOUR)
    np.testing.assert_array_equal(unpacked(row, parts[f"mask {TUMOUR}"], case.ct.shape), played.synthesis.tumor)


def test_what_a_mass_effect_pushes_is_shown_where_it_is_saved(played, case):
    page = Page(played.viewer)
    played.set(size=28, centre=voxel(70, 62, 50))
    moved = {row["name"]: unpacked(row, parts[f"mask {row['name']}"], case.ct.shape)
             for message, parts in page.told("change") for row in message["structures"] if row["name"] != TUMOUR}  # fmt: skip
    assert "portal_vein_and_splenic_vein" in moved
    assert (moved["portal_vein_and_splenic_vein"] != case.labels["portal_vein_and_splenic_vein"]).any()
    for name in case.labels:
        np.testing.assert_array_equal(moved.get(name, case.labels[name]), played.synthesis.case.labels[name])
        np.testing.assert_array_equal(played.viewer.labels[name], played.synthesis.case.labels[name])
    played.set(size=12)  # early: no mass effect
    name, back, (message, parts) = "portal_vein_and_splenic_vein", None, page.told("change")[-1]
    back = {row["name"]: unpacked(row, parts[f"mask {row['name']}"], case.ct.shape) for row in message["structures"]}
    np.testing.assert_array_equal(back[name], case.labels[name])


def test_of_many_quick_changes_the_last_is_seen_and_few_are_made(played, monkeypatch):
    made, grow = [], Ground.grow

    def slow(ground, settings):
        made.append(settings.size)
        time.sleep(0.02)
        return grow(ground, settings)

    monkeypatch.setattr(Ground, "grow", slow)
    for step in range(100):
        control(played, "size").value = 10 + 0.08 * step
    assert played.tumour.diameter_mm == pytest.approx(17.92, rel=0.05)
    assert made[-1] == pytest.approx(17.92)
    assert len(made) < 40


def test_a_slider_is_never_sent_back_what_it_has_just_said(played):
    slider, said = control(played, "size"), []
    slider.send_state = lambda key=None: said.append(key)
    slider.value = 15.000000000000002
    assert played.size == 15
    assert "value" not in [key for keys in said for key in ([keys] if isinstance(keys, str) else keys or [])][1:]


def test_the_automaton_counts_its_steps_and_the_control_moved_last_decides(played):
    assert control(played, "steps").layout.display == "none"
    played.set(method="automaton")
    assert control(played, "steps").layout.display == ""
    control(played, "steps").value = 15
    assert played.synthesis.tumours[0].settings["steps"] == 15
    control(played, "size").value = 18
    assert played.steps is None
    assert played.tumour.diameter_mm == pytest.approx(18, rel=0.1)
    assert control(played, "steps").value == played.tumour.settings["steps"]


def test_what_is_drawn_stands_on_its_slider_until_somebody_moves_it(played):
    drawn = played.tumour.settings
    assert control(played, "contrast").value == pytest.approx(drawn["contrast_hu"])
    assert control(played, "edge").value == pytest.approx(drawn["edge_mm"])
    control(played, "contrast").value = -30
    assert played.contrast == -30
    assert played.tumour.settings["contrast_hu"] == -30
    assert played.tumour.settings["edge_mm"] == drawn["edge_mm"]
    press(played, "Contrast, edge")
    assert played.contrast is None
    assert played.tumour.settings == drawn


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


def test_a_bug_in_a_method_is_said_and_does_not_end_the_playground(played, monkeypatch):
    grow = Ground.grow
    monkeypatch.setattr(Ground, "grow", lambda *_: 1 / 0)
    played.size = 11
    played._newest.wait()
    assert "internal error: ZeroDivisionError" in refusal(played)
    monkeypatch.setattr(Ground, "grow", grow)
    played.set(size=12)
    assert refusal(played) == ""


def test_two_playgrounds_know_nothing_of_each_other(played, case):
    other = playground(case, organ="kidney", size=8)
    before, tumor = other.synthesis.case.ct.array, other.synthesis.tumor
    played.set(size=18)
    np.testing.assert_array_equal(other.viewer._shown.volume.array, before)
    np.testing.assert_array_equal(other.viewer.labels[TUMOUR], tumor)
    assert played.viewer._identity != other.viewer._identity
    other.close()


def test_the_case_stays_as_it_is(played, case):
    voxels, masks = case.ct.array.copy(), {name: case.labels[name] for name in case.labels}
    played.set(size=20, seed=8, centre=None)
    np.testing.assert_array_equal(case.ct.array, voxels)
    assert {name: mask.tolist() for name, mask in masks.items()} == {name: case.labels[name].tolist() for name in case.labels}


def test_a_picture_with_the_tumour_stands_beside_the_widget(played):
    def picture():
        data = played._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in data
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGB"))

    first = picture()
    assert first.shape[1] > 600
    played.set(size=18)
    assert (picture() != first).any()


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
