"""itkwidgets is given every voxel in its place; where it is not installed or cannot draw, nothing else breaks."""

import base64
import io
import itertools
import json
import sys

import nbclient
import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from scipy.spatial.transform import Rotation

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError, MissingExtra
from atlas_lab.viewers import itk, view
from atlas_lab.viewers.itk import ItkViewer, LpsImage, levels, to_lps

ORIENTATIONS = list(itertools.product(itertools.permutations(range(3)), itertools.product((-1, 1), repeat=3)))


@pytest.fixture
def case() -> Case:
    ct = Volume(np.random.default_rng(0).integers(-100, 200, (80, 24, 30)).astype(np.int16), np.diag([2, 2, 3, 1]))
    masks = {"liver": np.zeros(ct.shape, bool), "gall_bladder": np.zeros(ct.shape, bool)}
    masks["liver"][50:70, 5:15, 5:20] = True
    return Case("case", ct, LabelMap(masks, ct.affine))


@pytest.fixture
def installed(monkeypatch):
    """As if the extra were installed: outside a notebook nothing of it is used."""
    monkeypatch.setattr(itk, "itk_available", lambda: True)


def places(image: LpsImage) -> np.ndarray:
    """The LPS+ mm of every voxel as ITK computes them, (z, y, x, 3)."""
    index = np.stack(np.meshgrid(*map(np.arange, image.array.shape), indexing="ij"), axis=-1)[..., ::-1]
    return image.origin + (index * image.spacing) @ image.direction.T


def test_without_the_extra_it_is_named_before_anything_else(case, monkeypatch):
    monkeypatch.setitem(sys.modules, "itkwidgets", None)
    assert not itk.itk_available()
    with pytest.raises(MissingExtra, match=r"backend='itk' needs an optional package: pip install 'atlas-lab\[itk\]'"):
        view(case, backend="itk")
    with pytest.raises(MissingExtra):
        ItkViewer("ct.nii.gz")


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@settings(max_examples=10)
@given(
    turn=st.tuples(*[st.floats(-0.4, 0.4)] * 3),
    spacing=st.tuples(*[st.floats(0.3, 8)] * 3),
    origin=st.tuples(*[st.floats(-500, 500)] * 3),
)
def test_every_voxel_stays_where_it_is_in_the_patient(orientation, turn, spacing, origin):
    axes, signs = orientation
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_rotvec(turn).as_matrix() @ np.eye(3)[list(axes)] * signs @ np.diag(spacing)
    affine[:3, 3] = origin
    volume = Volume(np.arange(24, dtype=np.int16).reshape(2, 3, 4), affine)
    image = to_lps(volume.array, volume.affine)
    assert sorted(image.spacing) == pytest.approx(sorted(spacing))
    np.testing.assert_allclose(image.direction.T @ image.direction, np.eye(3), atol=1e-9)
    assert (np.diag(image.direction) > 0.5).all()  # the axes run to the left, the back and the head
    for value, (left, back, head) in zip(image.array.ravel(), places(image).reshape(-1, 3), strict=True):
        voxel = np.linalg.solve(volume.affine, (-left, -back, head, 1))[:3]
        assert volume.array[tuple(np.rint(voxel).astype(int))] == value
        np.testing.assert_allclose(voxel, np.rint(voxel), atol=1e-6)


def test_an_upright_scan_has_no_direction_to_forget():
    affine = np.array([[0.7, 0, 0, -100], [0, 0.7, 0, 20], [0, 0, 2.5, 30], [0, 0, 0, 1.0]])
    image = to_lps(np.zeros((11, 21, 5), np.int16), affine)
    np.testing.assert_array_equal(image.direction, np.eye(3))
    np.testing.assert_allclose(image.spacing, (0.7, 0.7, 2.5))
    np.testing.assert_allclose(image.origin, (-(-100 + 10 * 0.7), -(20 + 20 * 0.7), 30))


def test_coarser_levels_lie_in_the_same_place():
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_rotvec((0.1, -0.2, 0.3)).as_matrix() @ np.diag([1.0, 2.0, 4.0])
    finest = to_lps(np.zeros((261, 131, 20), np.float32), affine)
    across, back, head = np.moveaxis(places(finest), -1, 0)
    ramp = (across + 2 * back + 3 * head).astype(np.float32)
    shapes = []
    for level in levels(LpsImage(ramp, finest.spacing, finest.origin, finest.direction)):
        across, back, head = np.moveaxis(places(level), -1, 0)
        np.testing.assert_allclose(level.array, across + 2 * back + 3 * head, atol=1e-2)
        shapes.append(level.array.shape)
    assert shapes == [(20, 131, 261), (20, 65, 130), (20, 32, 65), (20, 32, 32)]


def test_labels_keep_their_ids_and_hu_stay_whole_when_made_coarser():
    ids = np.random.default_rng(0).choice([0, 5, 19], (130, 70, 1)).astype(np.uint8)
    coarse = list(levels(to_lps(ids, np.eye(4)), labels=True))
    hu = list(levels(to_lps(ids.astype(np.int16) - 1000, np.eye(4))))
    assert (
        [level.array.shape for level in coarse] == [level.array.shape for level in hu] == [(1, 70, 130), (1, 35, 65), (1, 35, 32)]
    )
    assert all(set(np.unique(level.array)) <= {0, 5, 19} and level.array.dtype == np.uint8 for level in coarse)
    assert hu[1].array.dtype == np.int16
    for mine, other in zip(coarse, hu, strict=True):
        assert mine.array.shape == other.array.shape
        np.testing.assert_array_equal(mine.origin, other.origin)
        np.testing.assert_array_equal(mine.spacing, other.spacing)


def test_a_png_and_a_line_about_the_internet_stand_beside_it(case, installed):
    viewer = view(case, backend="itk")
    bundle = viewer._repr_mimebundle_()
    assert bundle["text/plain"].splitlines() == [f"ItkViewer('case', {case.ct.grid}): {itk.NOTICE}"]
    assert "from the internet" in itk.NOTICE
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))))
    assert picture.shape[1] > 500
    assert picture.std() > 10
    case.labels["liver"] = ~case.labels["liver"]
    assert viewer.png() != base64.b64decode(bundle["image/png"])


def test_what_is_neither_case_nor_volume_is_refused(installed):
    with pytest.raises(InputError, match="neither a Case nor a Volume"):
        ItkViewer("ct.nii.gz")


def test_itkwidgets_gets_the_ct_and_its_structures_on_one_grid(case):
    pytest.importorskip("itkwidgets", reason="needs the extra 'itk'")
    import zarr

    stores = ItkViewer(case)._stores()
    assert list(stores) == ["image", "label_image"]
    groups = {name: zarr.open_group(store, mode="r") for name, store in stores.items()}
    for name, array in {"image": case.ct.array, "label_image": case.labels.combined}.items():
        np.testing.assert_array_equal(groups[name]["0"][:], array[::-1, ::-1].T)
        (described,) = json.loads(stores[name][".zattrs"])["multiscales"]
        assert [axis["name"] for axis in described["axes"]] == ["z", "y", "x"]
        assert [dataset["path"] for dataset in described["datasets"]] == ["0", "1"]
        scale, translation = described["datasets"][0]["coordinateTransformations"]
        assert scale == {"type": "scale", "scale": [3.0, 2.0, 2.0]}
        assert translation == {"type": "translation", "translation": [0.0, -46.0, -158.0]}
        assert groups[name]["0"].attrs["direction"] == np.eye(3).tolist()
    assert list(ItkViewer(case.ct)._stores()) == ["image"]
    del case.labels["liver"]  # of the gall bladder there is no voxel
    assert list(ItkViewer(case)._stores()) == ["image"]


@pytest.mark.slow
def test_a_notebook_goes_on_where_its_front_end_never_comes():
    pytest.importorskip("itkwidgets", reason="needs the extra 'itk'")
    cells = [
        "import numpy as np\nimport atlas_lab as al\nct = al.Volume(np.zeros((9, 8, 7), np.int16), np.eye(4))",
        "al.view(ct, backend='itk')",
        "import threading\nprint('further', sum(not thread.daemon for thread in threading.enumerate()))",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    shown = [output["data"] for output in notebook.cells[1].outputs]
    assert shown[0] == {"text/plain": itk.NOTICE}
    assert "connectPlugin" in str(shown)  # itkwidgets was asked to draw
    assert "image/png" in shown[-1]
    assert notebook.cells[2].outputs[0]["text"] == "further 1\n"
