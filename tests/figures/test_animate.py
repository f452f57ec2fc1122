"""Films: one frame a slice or mask, the same bytes each time, and no half of a file."""

import sys

import numpy as np
import pytest
from PIL import Image, ImageSequence

from atlas_lab.data.label_map import LabelMap
from atlas_lab.errors import InputError, MissingExtra
from atlas_lab.figures import animate
from atlas_lab.figures._film import _indexed
from atlas_lab.figures._layers import ORANGE
from atlas_lab.figures._scenes import changes, walk
from atlas_lab.figures._screen import Screen
from atlas_lab.figures.paint import from_hex, rgb
from tests.figures.pictures import MIDDLE, SHAPE, block, case_with, near

GROWTH = [block(slice(10 - k, 10 + k), slice(10 - k, 10 + k), slice(12, 12 + k)) for k in (1, 3, 5)]


def frames(path) -> list[np.ndarray]:
    with Image.open(path) as film:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(film)]


def test_a_walk_has_a_frame_a_slice_that_shows_its_structures(tmp_path):
    path = animate(case_with(["liver"]), tmp_path / "walk.gif", slices=range(3, 8), legend=False, fps=20)
    assert path == tmp_path / "walk.gif"
    seen = [near(frame, rgb("liver")) > 100 for frame in frames(path)]
    assert seen == [False, False, True, True, True]  # the liver begins at slice 5
    with Image.open(path) as film:
        assert film.info["duration"] == 50
        assert film.info["loop"] == 0


@pytest.mark.parametrize(("plane", "count"), [("axial", 24), ("coronal", 22), ("sagittal", 20)])
def test_a_walk_goes_through_all_slices_and_says_where_it_is(plane, count):
    case = case_with(["liver"])
    scenes = walk(case.ct, case.labels, plane, None, None, 0)
    assert [scene.words for scene in scenes] == [f"{plane}, slice {k} of {count}" for k in range(1, count + 1)]
    screen = Screen(case.ct, plane, scenes, window="bone", legend=True)
    assert {screen.render(k).shape for k in (0, 9)} == {screen.render(3).shape}
    assert [text.get_text() for text in screen._ax.texts][-1].endswith(" mm")
    assert len(screen._ax.texts) == 5  # four letters and the scale bar's


def test_a_growing_mask_is_filmed_where_it_is_largest_with_its_volume():
    case = case_with(["liver"])
    scenes = changes(case.ct, case.labels, "axial", GROWTH, None, None, 0.5)
    assert [scene.words for scene in scenes] == [
        f"axial, slice 13 of 24\nframe {k} of 3, {mask.sum() * 0.012:.3g} mL" for k, mask in enumerate(GROWTH, start=1)
    ]
    assert [[layer.label for layer in scene.layers] for scene in scenes] == [["mask"]] * 3
    around = changes(case.ct, case.labels, "axial", GROWTH, (0, 0, 7), "liver", 0.5)
    assert [scene.index for scene in around] == [7, 7, 7]
    assert [layer.label for layer in around[0].layers] == ["liver", "mask"]


def test_label_maps_are_filmed_in_their_own_colours(tmp_path):
    case = case_with(["liver"])
    maps = [LabelMap({"spleen": mask, "colon": MIDDLE}, case.ct.affine) for mask in GROWTH]
    first, _, last = frames(animate(case, tmp_path / "maps.gif", frames=maps, structures=["spleen"], opacity=1, legend=False))
    assert near(last, rgb("spleen")) > 10 * near(first, rgb("spleen")) > 0
    assert near(last, rgb("colon")) == 0


def test_a_gif_has_the_same_bytes_each_time(tmp_path):
    case = case_with(["liver"])
    one, other = (animate(case, tmp_path / name, slices=[4, 9], opacity=0.5).read_bytes() for name in ("1.gif", "2.gif"))
    assert one == other


def test_a_gif_keeps_the_colours_of_the_structures_and_the_greys_of_the_ct():
    rng = np.random.default_rng(0)
    frame = np.repeat(rng.integers(0, 256, (60, 80, 1), dtype=np.uint8), 3, axis=2)
    frame[20:40, 20:60] = frame[20:40, 20:60] // 2 + np.array(from_hex("#5be3ff"), dtype=np.uint8) // 2
    frame[0, 0], frame[0, 1] = from_hex("#71c7fe"), from_hex(ORANGE)
    colours = np.array([from_hex("#71c7fe"), from_hex(ORANGE)])
    kept = np.asarray(_indexed(frame, colours).convert("RGB"))
    assert (kept[0, :2] == colours).all()
    assert np.abs(kept.astype(int) - frame).max() < 10


def test_an_mp4_has_every_frame_and_even_sides(tmp_path):
    ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="MP4 needs the extra 'video'")
    path = animate(case_with(["liver"]), tmp_path / "walk.mp4", slices=range(6), fps=5)
    assert ffmpeg.count_frames_and_secs(str(path)) == (6, pytest.approx(1.2))
    reader = ffmpeg.read_frames(str(path))
    about = next(reader)
    reader.close()
    assert (about["codec"], about["fps"]) == ("h264", 5)
    assert about["pix_fmt"].startswith("yuv420p")
    assert [side % 2 for side in about["size"]] == [0, 0]


def test_mp4_without_the_extra_names_it_before_anything_is_drawn(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(MissingExtra, match=r"pip install 'atlas-lab\[video\]'"):
        animate(case_with(["liver"]), tmp_path / "walk.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["walk.gif", "walk.mp4"])
def test_a_film_that_fails_leaves_the_old_one(tmp_path, monkeypatch, name):
    if name.endswith("mp4"):
        pytest.importorskip("imageio_ffmpeg", reason="MP4 needs the extra 'video'")
    (tmp_path / name).write_bytes(b"old")
    render = Screen.render

    def break_at_two(screen: Screen, number: int) -> np.ndarray:
        if number == 2:
            raise RuntimeError("out of film")
        return render(screen, number)

    monkeypatch.setattr(Screen, "render", break_at_two)
    with pytest.raises(RuntimeError, match="out of film"):
        animate(case_with(["liver"]), tmp_path / name, slices=range(4))
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == b"old"


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("film.avi", {}, "ends in .gif or .mp4, not in '.avi'"),
        ("film", {}, "not in 'nothing'"),
        ("film.gif", {"fps": 0}, "fps=0 must be above 0 and at most 50"),
        ("film.gif", {"opacity": -1}, "opacity=-1 must be from 0"),
        ("film.gif", {"plane": "oblique"}, "plane='oblique' cannot be shown"),
        ("film.gif", {"slices": [3, 24]}, "axial slice 24 lies outside the volume; choose from 0 to 23"),
        ("film.gif", {"slices": []}, "names no slice"),
        ("film.gif", {"at": "liver"}, "at= chooses the slice that frames="),
        ("film.gif", {"slices": [1], "frames": GROWTH}, "not both"),
        ("film.gif", {"frames": []}, "holds no mask"),
        ("film.gif", {"frames": [MIDDLE, MIDDLE[1:]]}, "frame 2: the mask has shape"),
        ("film.gif", {"frames": [LabelMap({}, np.eye(4), shape=SHAPE)]}, "frame 1: lies on another grid"),
        ("film.gif", {"structures": ["spleen"]}, "'spleen' is not annotated here"),
        ("film.gif", {"window": "bones"}, "unknown window 'bones'"),
    ],
)
def test_what_cannot_be_filmed_is_said_plainly(tmp_path, name, options, said):
    with pytest.raises(InputError, match=said):
        animate(case_with(["liver"]), tmp_path / name, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_single_slice_is_walked_through_in_its_own_plane(tmp_path):
    case = case_with({"liver": MIDDLE[..., 10:11]})
    assert len(frames(animate(case, tmp_path / "slice.gif"))) == 1
    with pytest.raises(InputError, match="choose from axial"):
        animate(case, tmp_path / "slice.gif", plane="coronal")
