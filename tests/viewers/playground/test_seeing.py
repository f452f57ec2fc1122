"""A tumour follows its controls, and nobody else's."""

import base64
import io
import time

import numpy as np
import pytest
from PIL import Image

from atlas_lab.viewers import playground
from atlas_lab.viewers.playground_ground import Ground
from atlas_lab.viewers.playground_planes import TUMOUR
from tests.viewers.page import Page, codes, unpacked
from tests.viewers.playground.playing import control, press, refusal, seen, voxel


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
