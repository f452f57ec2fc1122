"""The slice explorer: its state is the truth, the pictures follow, and a PNG stands beside it."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.viewers import SliceExplorer


@pytest.fixture
def case() -> Case:
    ct = Volume(np.random.default_rng(0).integers(-100, 200, (20, 24, 30)).astype(np.int16), np.diag([2, 2, 3, 1]))
    masks = {name: np.zeros(ct.shape, bool) for name in ("liver", "spleen", "gall_bladder")}
    masks["liver"][12:18, 5:15, 5:20] = True
    masks["spleen"][2:5, 5:10, 20:25] = True
    return Case("case", ct, LabelMap(masks, ct.affine))


def frames(explorer: SliceExplorer) -> list[bytes]:
    return [picture.value for picture in explorer._pictures.values()]


def test_moving_a_slider_moves_its_plane_and_every_crosshair(case):
    explorer = SliceExplorer(case)
    before = frames(explorer)
    explorer.voxel = (3, 4, 5)
    assert explorer.voxel == (3, 4, 5)
    assert all(a != b for a, b in zip(before, frames(explorer), strict=True))
    assert "voxel (3, 4, 5)" in explorer._readout.value
    assert f"<b>{case.ct.array[3, 4, 5]} HU</b>" in explorer._readout.value


def test_showing_a_structure_goes_to_it_and_draws_it_alone(case):
    explorer = SliceExplorer(case)
    assert explorer.structures == ["liver", "spleen"]  # the empty gall bladder is not offered
    explorer.isolate("spleen")
    assert case.labels["spleen"][explorer.voxel]
    assert explorer.structures == ["spleen"]
    assert "spleen" in explorer._readout.value
    explorer.isolate(None)
    assert explorer.structures == ["liver", "spleen"]


def test_several_moves_are_drawn_once(case, monkeypatch):
    explorer = SliceExplorer(case)
    drawn = []
    monkeypatch.setattr(explorer, "_picture", lambda plane: drawn.append(plane) or Image.new("RGB", (2, 2)))
    explorer.voxel = (1, 2, 3)
    assert len(drawn) == 3


def test_a_png_stands_beside_the_widget(case):
    explorer = SliceExplorer(case, at="liver")
    bundle = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))))
    assert picture.shape[1] > 500
    assert picture.std() > 10
    assert bundle["image/png"] == base64.b64encode(explorer.png()).decode()


def test_a_volume_or_a_single_slice_can_be_looked_at():
    assert len(frames(SliceExplorer(Volume(np.zeros((30, 40, 1), np.int16), np.diag([1, 1, 5, 1]))))) == 1


def test_what_is_not_there_is_said_plainly(case):
    explorer = SliceExplorer(case)
    with pytest.raises(InputError, match="it is absent"):
        explorer.isolate("gall_bladder")
    with pytest.raises(InputError, match="outside the volume"):
        explorer.voxel = (0, 0, 99)
    with pytest.raises(InputError, match="unknown window 'livr': did you mean 'liver'"):
        SliceExplorer(case, window="livr")
    with pytest.raises(InputError, match="neither a Case nor a Volume"):
        SliceExplorer("ct.nii.gz")
