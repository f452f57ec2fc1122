"""Painting over the wire: what a page drew is what Python has, exactly, on disk first, in every orientation."""

import itertools

import nibabel as nib
import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.errors import InputError
from atlas_lab.viewers import view
from atlas_lab.viewers.edits.runs import from_bytes, indices_of
from tests.viewers.page import Page

CODES = [
    "".join(axes)
    for order in itertools.permutations(("RL", "AP", "SI"))
    for axes in itertools.product(*order)
]  # fmt: skip
RNG = np.random.default_rng(3)


def blob(shape: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape) > 0.9


def on_disk(folder, codes: str) -> Case:
    """A case whose files are stored in this orientation."""
    shape = (7, 9, 11)
    ras = np.diag([1.5, 2.0, 3.0, 1.0])
    turn = nib.orientations.ornt_transform(nib.orientations.axcodes2ornt("RAS"), nib.orientations.axcodes2ornt(codes))
    ct = nib.Nifti1Image(np.arange(np.prod(shape), dtype=np.int16).reshape(shape), ras).as_reoriented(turn)
    (folder / "case" / "segmentations").mkdir(parents=True)
    nib.save(ct, folder / "case" / "ct.nii.gz")
    mask = nib.Nifti1Image(blob(shape, 1).astype(np.uint8), ras).as_reoriented(turn)
    nib.save(mask, folder / "case" / "segmentations" / "liver.nii.gz")
    return Case.open(folder / "case")


@pytest.mark.parametrize("codes", CODES)
def test_strokes_reach_the_files_voxel_by_voxel_in_all_48_orientations(tmp_path, codes):
    case = on_disk(tmp_path, codes)
    assert nib.aff2axcodes(nib.load(case.ct.source).affine) == tuple(codes)
    page = Page(view(case, edit="liver"))
    drawn, erased = blob(case.ct.shape, 5), blob(case.ct.shape, 6)
    page.stroke("liver", drawn)
    page.stroke("liver", erased, value=False)
    expected = (case.labels["liver"] | drawn) & ~erased
    np.testing.assert_array_equal(page.viewer.labels["liver"], expected)
    page.ask(ask="save")
    stored = nib.load(tmp_path / "case" / "segmentations" / "liver.nii.gz")
    assert nib.aff2axcodes(stored.affine) == tuple(codes)
    np.testing.assert_array_equal(nib.as_closest_canonical(stored).get_fdata() > 0, expected)


def test_what_changes_is_told_to_every_page_and_to_python(case):
    viewer = view(case, edit=["liver", "spleen"])
    page, changes = Page(viewer, "one"), []
    viewer.on_change(changes.append)
    drawn = blob(case.ct.shape)
    answer, parts = page.stroke("spleen", drawn)
    new = drawn & ~case.labels["spleen"]
    assert answer["accepted"] == new.sum()
    refused = from_bytes(parts["refused"], case.ct.shape)
    assert indices_of(refused).size == (drawn & case.labels["spleen"]).sum()  # those were painted already
    ((told, parts),) = page.told("edit")
    assert (told["by"], told["structure"], told["count"]) == ("one", "spleen", (case.labels["spleen"] | drawn).sum())
    assert indices_of(from_bytes(parts["runs"], case.ct.shape)).size == new.sum()
    assert changes == [{"structure": "spleen", "value": True, "voxels": new.sum(), "action": "paint"}]
    page.ask(ask="undo")
    np.testing.assert_array_equal(viewer.labels["spleen"], case.labels["spleen"])
    assert changes[-1]["action"] == "undo"
    page.ask(ask="redo")
    assert viewer.labels["spleen"].sum() == told["count"]
    assert viewer._painting["undo"]
    assert not viewer._painting["redo"]


def test_a_limited_brush_and_locked_structures_refuse_what_they_must(case):
    viewer = view(case, edit=["liver", "spleen"])
    page = Page(viewer)
    drawn = np.ones(case.ct.shape, bool)
    viewer.locked = ("spleen",)
    page.stroke("liver", drawn, hu=[0, 50])
    inside = (case.ct.array >= 0) & (case.ct.array <= 50)
    np.testing.assert_array_equal(viewer.labels["liver"], case.labels["liver"] | (inside & ~case.labels["spleen"]))
    assert "locked" in page.stroke("spleen", drawn)[0]["error"]


def test_a_structure_nobody_annotated_starts_empty_and_is_listed(case):
    viewer = view(case, edit="pancreas")
    page = Page(viewer)
    (row,) = [row for row in page.ask(ask="scene", have=[])[0]["scene"]["structures"] if row["name"] == "pancreas"]
    assert row["voxels"] == 0
    assert "pancreas" not in viewer.labels  # nobody looked for it yet
    page.stroke("pancreas", blob(case.ct.shape))
    np.testing.assert_array_equal(viewer.labels["pancreas"], blob(case.ct.shape))
    with pytest.raises(InputError, match="did you mean 'pancreas'"):
        view(case, edit="pancraes")


def test_overlapping_structures_and_ids_up_to_255_stay_exact(case):
    for i in range(200):
        case.labels[f"extra_{i:03}"] = blob(case.ct.shape, i)
    viewer = view(case, edit="extra_199")
    page = Page(viewer)
    drawn = blob(case.ct.shape, 999)
    page.stroke("extra_199", drawn)
    np.testing.assert_array_equal(viewer.labels["extra_199"], drawn | case.labels["extra_199"])
    np.testing.assert_array_equal(viewer.labels["extra_000"], case.labels["extra_000"])
    assert max(viewer.labels.class_map.values()) > 200


def test_tools_that_python_computes(case):
    viewer = view(case, edit="liver")
    page = Page(viewer)
    ring = np.zeros(case.ct.shape, bool)
    ring[11:18, 6:14, 25] = True
    ring[13:16, 8:12, 25] = False
    page.stroke("liver", ring)
    page.ask(ask="fill", structure="liver", plane="axial", index=25)
    assert viewer.labels["liver"][11:18, 6:14, 25].all()
    page.ask(ask="interpolate", structure="liver", plane="axial")
    assert all(viewer.labels["liver"][:, :, z].any() for z in range(5, 26))
    seed = [0, 0, 0]
    page.ask(ask="grow", structure="liver", seed=seed, hu=None)
    assert viewer.labels["liver"][0, 0, 0]
    assert "not a plane" in page.ask(ask="fill", structure="liver", plane="oblique", index=0)[0]["error"]
    assert "does not know" in page.ask(ask="dance")[0]["error"]


def test_unsaved_strokes_are_offered_when_the_case_is_opened_again(tmp_path):
    case = on_disk(tmp_path, "LPS")
    viewer = view(case, edit="liver")
    Page(viewer).stroke("liver", blob(case.ct.shape))
    drawn = viewer.labels["liver"]
    viewer.close()
    again = view(Case.open(tmp_path / "case"), edit="liver")
    offer = again._painting["offer"]
    assert (offer["edits"], offer["structures"], offer["same"]) == (1, ["liver"], True)
    page = Page(again)
    assert "restore" in page.stroke("liver", blob(case.ct.shape, 2))[0]["error"]  # nothing is overwritten silently
    number = again._scene
    page.ask(ask="restore")
    assert again._scene == number + 1
    np.testing.assert_array_equal(again.labels["liver"], drawn)
    assert again._painting["offer"] is None
    page.ask(ask="save")
    assert view(Case.open(tmp_path / "case"), edit="liver")._painting["offer"] is None


def test_running_the_cell_again_goes_on_with_the_strokes(case):
    first = view(case, edit="liver")
    page = Page(first)
    page.stroke("liver", blob(case.ct.shape))
    drawn = first.labels["liver"]
    second = view(case, edit="liver")
    np.testing.assert_array_equal(second.labels["liver"], drawn)
    assert second._painting["undo"]
    Page(second).ask(ask="undo")
    np.testing.assert_array_equal(second.labels["liver"], case.labels["liver"])
    assert "newer viewer of this notebook" in page.stroke("liver", blob(case.ct.shape))[0]["error"]


def test_python_paints_as_a_page_does(case):
    viewer = view(case, edit=["liver", "spleen"])
    page = Page(viewer)
    new = blob(case.ct.shape) & ~case.labels["liver"]
    assert viewer.paint(blob(case.ct.shape)) == new.sum()
    assert page.told("edit")[0][0]["by"] is None  # so that every page draws it
    assert viewer.paint(blob(case.ct.shape), value=False, structure="spleen") >= 0
    viewer.undo()
    viewer.undo()
    np.testing.assert_array_equal(viewer.labels["liver"], case.labels["liver"])
    with pytest.raises(InputError, match="needs bool of shape"):
        viewer.paint(np.ones((2, 2, 2), bool))
    with pytest.raises(InputError, match="not edited here"):
        viewer.paint(blob(case.ct.shape), structure="pancreas")


def test_edit_needs_a_case_with_its_own_labels(case):
    with pytest.raises(InputError, match="needs a Case"):
        view(case.ct, edit="liver")
    with pytest.raises(InputError, match="so labels= cannot"):
        view(case, edit="liver", labels=case.labels)
    with pytest.raises(InputError, match="edit='liver'"):
        view(case).save()
