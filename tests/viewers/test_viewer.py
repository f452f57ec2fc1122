"""The viewer as Python sees it: state, what pages ask and are told, the picture beside it."""

import base64
import gzip
import io
import json

import numpy as np
import pytest
from PIL import Image

import atlas_lab as al
from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.viewers import Click, SliceExplorer, VolumeViewer, bundles, view
from tests.viewers.page import Page, codes, unpacked


def state(viewer: VolumeViewer) -> str:
    """All that a saved notebook could hold of the widget."""
    kept = {k: v for k, v in viewer.get_state().items() if not isinstance(v, bytes)}
    return json.dumps(kept, default=str)


def test_one_call_shows_a_case_where_most_structures_are(case):
    viewer = al.view(case)
    assert isinstance(viewer, VolumeViewer)
    assert viewer.visible == ("liver", "spleen", "liver_tumor")  # the empty gall bladder has nothing to show
    assert viewer.window == (40, 400)
    assert al.view(case, at="spleen").at().structures == ("spleen",)
    assert isinstance(al.view(case, backend="slices"), SliceExplorer)


def test_state_is_checked_in_the_users_words(case):
    viewer = view(case)
    viewer.window = "lung"
    assert viewer.window == (-600, 1500)
    viewer.voxel = np.array([3, 4, 5])
    assert viewer.voxel == (3, 4, 5)
    for name, value, said in [
        ("window", "lnug", "did you mean 'lung'"),
        ("window", (40, 0), "width above 0"),
        ("voxel", (0, 0, 99), "outside the volume"),
        ("visible", ["livre"], "did you mean 'liver'"),
        ("hu_range", (5, 1), "lowest HU comes first"),
        ("hu_range", 7, "not \\(lowest, highest\\)"),
    ]:
        before = getattr(viewer, name)
        with pytest.raises(InputError, match=said):
            setattr(viewer, name, value)
        assert getattr(viewer, name) == before
    with pytest.raises(InputError, match="choose from planes, axial"):
        view(case, layout="plane")
    with pytest.raises(InputError, match="choose from viewer, slices, itk"):
        view(case, backend="vtk")
    with pytest.raises(InputError, match="leave it out"):
        view(case, backend="slices", edit="liver")
    with pytest.raises(InputError, match="neither a Case nor a Volume"):
        view("ct.nii.gz")


def test_a_page_gets_the_scene_exactly_and_nothing_twice(case):
    page = Page(view(case, overlay=np.linspace(0, 1, case.ct.array.size).reshape(case.ct.shape)))
    answer, parts = page.ask(ask="scene", have=[])
    scene = answer["scene"]
    np.testing.assert_array_equal(codes(parts["coarse ct"], case.ct.shape), case.ct.array)
    for row in scene["structures"]:
        np.testing.assert_array_equal(unpacked(row, parts[f"mask {row['name']}"], case.ct.shape), case.labels[row["name"]])
        assert row["ml"] == case.labels.volume_ml(row["name"])
    assert [row["status"] for row in scene["structures"]] == [case.labels.status(n) for n in case.labels]
    np.testing.assert_allclose(np.reshape(scene["affine"], (4, 4)), case.ct.affine)
    held = [info["key"] for info in scene["samples"].values()] + [row["key"] for row in scene["structures"]]
    assert page.ask(ask="scene", have=held)[1] == {}


def test_a_large_volume_comes_coarse_then_by_planes_and_slabs():
    array = np.random.default_rng(0).integers(-1000, 1000, (300, 200, 90)).astype(np.int16)
    page = Page(view(Volume(array, np.eye(4))))
    answer, parts = page.ask(ask="scene", have=[])
    info = answer["scene"]["samples"]["ct"]
    x, y, z = info["stride"]
    assert (x, y, z) != (1, 1, 1)
    coarse = array[::x, ::y, ::z]
    np.testing.assert_array_equal(codes(parts["coarse ct"], coarse.shape), coarse)
    axial = page.viewer.voxel[2]
    np.testing.assert_array_equal(codes(parts[f"plane ct 2 {axial}"], (300, 200)), array[:, :, axial])
    _, parts = page.ask(ask="plane", of="ct", axis=0, index=7)
    np.testing.assert_array_equal(codes(parts["plane"], (200, 90)), array[7])
    _, parts = page.ask(ask="slab", of="ct", first=info["slab"])
    np.testing.assert_array_equal(codes(parts["slab"], (300, 200, info["slab"])), array[:, :, info["slab"] : 2 * info["slab"]])
    assert "not part of this scene" in page.ask(ask="slab", of="heat:x", first=0)[0]["error"]


def test_a_question_that_is_sent_again_is_answered_once(case):
    viewer = view(case)
    page = Page(viewer)
    for _ in range(3):
        viewer._receive(viewer, {"ask": "scene", "id": "same"}, [])
    assert len(page.heard) == 1


def test_the_front_end_travels_by_message_and_only_the_loader_with_the_widget(case):
    viewer = view(case)
    assert len(viewer._esm) < 8_000
    _, parts = Page(viewer).ask(ask="bundle", name="viewer")
    script = gzip.decompress(parts["viewer"])
    assert script == (bundles.STATIC / "viewer.js").read_bytes()
    assert viewer._bundles.keys() == {"viewer", "engine"}


def test_no_voxel_is_in_the_widget_state(case):
    viewer = view(case, edit="liver", overlay=np.ones(case.ct.shape))
    viewer._repr_mimebundle_()
    assert len(state(viewer)) < 12_000
    assert len(viewer._poster) < 100_000  # a small picture, not voxels
    assert [name for name, value in viewer.get_state().items() if isinstance(value, bytes | memoryview)] == ["_poster"]


def test_showing_another_case_keeps_window_and_layout(case):
    viewer = view(case, window="liver", layout="axial")
    page = Page(viewer)
    other = Case("other", Volume(np.zeros((9, 8, 7), np.int16), np.eye(4)), LabelMap({}, np.eye(4), shape=(9, 8, 7)))
    number = viewer._scene
    viewer.show(other, at=(1, 2, 3))
    assert (viewer.voxel, viewer.window, viewer.arrangement, viewer.visible) == ((1, 2, 3), (60, 160), "axial", ())
    assert viewer._scene == number + 1  # pages ask anew
    assert page.ask(ask="scene", have=[])[0]["scene"]["name"] == "other"
    with pytest.raises(InputError):
        viewer.show(other, at="liver")
    assert viewer.voxel == (1, 2, 3)


def test_a_click_says_where_it_was(case):
    viewer = view(case)
    clicks: list[Click] = []
    viewer.on_click(clicks.append)
    viewer._receive(viewer, {"say": "click", "voxel": [13, 7, 8], "page": "p"}, [])
    viewer._receive(viewer, {"say": "click", "voxel": [0, 0, 0], "page": "p"}, [])
    click, _ = clicks
    assert click == Click((26.0, 14.0, 24.0), (13, 7, 8), float(case.ct.array[13, 7, 8]), ("liver", "liver_tumor"))


def test_the_picture_beside_it_is_of_the_present_view(case):
    viewer = view(case)
    first = viewer.png()
    viewer.voxel, viewer.opacity = (3, 6, 21), 1.0
    assert viewer.png() != first
    data, _ = viewer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == "VolumeViewer('case', 20 x 24 x 30 voxels, 2 x 2 x 3 mm)"
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(data["image/png"]))))
    assert (shown == np.asarray(Image.open(io.BytesIO(viewer.png())))).all()
    blue = tuple(int(al.anatomy.color("spleen")[i : i + 2], 16) for i in (1, 3, 5))
    assert (shown[..., :3] == blue).all(axis=2).sum() > 100
    viewer.visible = ["liver"]
    assert not (np.asarray(Image.open(io.BytesIO(viewer.png())))[..., :3] == blue).all(axis=2).any()


@pytest.mark.parametrize(
    ("shape", "spacing"),
    [((40, 30, 1), (1, 1, 5)), ((1, 30, 40), (2, 1, 1)), ((12, 10, 1000), (1, 1, 1)), ((20, 20, 9), (0.5, 0.5, 4))],
)
def test_odd_volumes_can_be_looked_at(shape, spacing):
    array = np.random.default_rng(0).normal(0, 100, shape).astype(np.float32)
    array.flat[:3] = np.nan, np.inf, -np.inf
    volume = Volume(array, np.diag([*spacing, 1.0]))
    viewer = view(volume)
    assert len(viewer.png()) > 500
    answer, parts = Page(viewer).ask(ask="scene", have=[])
    assert codes(parts["coarse ct"], shape).shape == shape
    assert answer["scene"]["structures"] == []
