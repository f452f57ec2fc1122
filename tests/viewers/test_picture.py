"""The still picture shows what the page shows: window, colours, outlines, heat, findings, convention."""

import numpy as np
import pytest

from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.figures.paint import edge
from atlas_lab.figures.planes import cut
from atlas_lab.viewers import Box
from atlas_lab.viewers.look import Look
from atlas_lab.viewers.picture import plane_picture, plane_pixels, planes_picture
from atlas_lab.viewers.scene import Scene

SHAPE = (5, 6, 7)


@pytest.fixture
def scene() -> Scene:
    mask = np.zeros(SHAPE, bool)
    mask[1:4, 1:5, 3] = True
    return Scene("case", Volume(np.zeros(SHAPE, np.int16), np.eye(4)), LabelMap({"liver": mask}, np.eye(4)))


def test_structures_are_outlined_and_the_ct_stays_as_it_is_elsewhere(scene):
    look = Look((0, 400), ["liver"], opacity=0.0)
    shown = plane_pixels(scene, look, "axial", 3)
    plain = plane_pixels(scene, Look((0, 400), [], opacity=0.0), "axial", 3)
    inside = cut(scene.labels["liver"], "axial", 3)
    assert (shown[edge(inside)] == look.rgb("liver")).all()
    assert (shown[~edge(inside)] == plain[~edge(inside)]).all()


def test_a_colour_of_ones_own_and_a_fill(scene):
    shown = plane_pixels(scene, Look((0, 400), ["liver"], 1.0, colors={"liver": "#ff00ff"}), "axial", 3)
    assert (shown[cut(scene.labels["liver"], "axial", 3)] == (255, 0, 255)).all()


def test_heat_colours_high_values_and_leaves_low_ones(scene):
    heat = np.zeros(SHAPE)
    heat[0, 0, 3] = 1.0
    (scene.heats,) = [Scene.of(scene.volume, overlay={"heat": heat}).heats]
    shown = plane_pixels(scene, Look((0, 400), [], 0.0, heat=scene.heats["heat"], heat_opacity=1.0), "axial", 3)
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == 2
    assert np.ptp(shown[cut(heat == 1, "axial", 3)].astype(int)) > 30  # a colour, not a grey


def test_neurological_pictures_are_mirrored_but_for_the_sagittal_plane(scene):
    scene.volume.array[0, 1:4, :] = 300  # the patient's left
    for plane, mirrored in (("axial", True), ("coronal", True), ("sagittal", False)):
        pictures = [plane_picture(scene, Look((0, 400), [], 0.0, radiological=r), plane, (0, 2, 3), 40) for r in (True, False)]
        left, right = (np.asarray(p)[:, : p.width // 2].mean() - np.asarray(p)[:, p.width // 2 :].mean() for p in pictures)
        assert (left < 0 < right) if mirrored else np.array_equal(*map(np.asarray, pictures))


def test_a_finding_is_framed_where_it_is(scene):
    scene.boxes = [Box("tumour", (0.5, 0.5, 2.5), (3.5, 4.5, 3.5))]
    framed, without = (np.asarray(plane_picture(scene, Look((0, 400), [], 0.0), "axial", (2, 2, z), 40)) for z in (3, 6))
    frame = (framed == (0xFF, 0xD6, 0x0A)).all(axis=2)
    assert frame[40, 60]  # top left corner: y = 4.5 is 1 voxel from the top, x = 3.5 1 from the left
    assert frame.sum() > (without == (0xFF, 0xD6, 0x0A)).all(axis=2).sum()


def test_a_comparison_is_a_second_row_with_both_names(scene):
    one = planes_picture(scene, Look((0, 400), [], 0.0), (2, 2, 3), 900, ["axial", "coronal"])
    scene.other_labels, scene.other_name = LabelMap({}, np.eye(4), shape=SHAPE), "other"
    two = planes_picture(scene, Look((0, 400), [], 0.0), (2, 2, 3), 900, ["axial", "coronal"])
    assert two.height > 1.9 * one.height
