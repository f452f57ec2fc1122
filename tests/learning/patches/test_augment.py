"""Augmentation moves image and labels together, as MONAI and SciPy do, by chance that a generator alone decides."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from monai import transforms as monai
from scipy import ndimage

from atlas_lab.errors import InputError
from atlas_lab.learning.patches import PRESETS, Augmentation, Preset, expand, generator_of
from atlas_lab.learning.patches.augment import intensity, spatial

SPACING = (1.5, 1.5, 1.5)
ALL = Preset(1, (0, 1, 2), rotate90=1, rotate=1, zoom=1, noise=1, scale=1, shift=1, low_resolution=1, gamma=1)


def batch_of(count=2, shape=(12, 12, 10), classes=5, seed=0):
    """Each voxel's HU say its labels: 10 times its bits."""
    bits = torch.from_numpy(np.random.default_rng(seed).integers(0, 2**classes, (count, *shape)))
    known = torch.tensor([[True, False, True, True, True]] * count)
    return {"hu": (bits * 10).to(torch.int16)[:, None], "bits": bits, "known": known, "ids": ["a"] * count, "step": 3}


def bits_of(target):
    return sum(target[:, c].long() << c for c in range(target.shape[1]))


def augmented(batch, preset, generator=None, **arguments):
    return Augmentation(5, SPACING, **{"window": (0.0, 400.0), "preset": preset, **arguments})(
        batch, generator or generator_of(0, 0)
    )


def test_without_augmentation_only_the_window_is_applied():
    batch = batch_of()
    found = augmented(batch, "none", window=(100, 200))
    assert torch.allclose(found["image"], ((batch["hu"].float() - 100) / 100).clamp(0, 1))
    assert torch.equal(found["target"], expand(batch["bits"], 5))
    assert (found["known"] is batch["known"], found["ids"], found["step"]) == (True, ["a", "a"], 3)


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), square=st.booleans())
def test_flips_and_quarter_turns_move_image_and_labels_together(seed, square):
    batch = batch_of(3, (6, 6, 5) if square else (6, 4, 5))
    found = augmented(batch, Preset(flip=0.5, flip_axes=(0, 1, 2), rotate90=0.7), generator_of(seed, 0))
    assert torch.equal((found["image"][:, 0] * 40).round().long(), bits_of(found["target"]))
    for before, after in zip(batch["bits"], bits_of(found["target"]), strict=True):
        assert sorted(before.flatten().tolist()) == sorted(after.flatten().tolist())


def test_quarter_turns_are_monai_s():
    batch = batch_of(8)
    found = augmented(batch, Preset(rotate90=1))
    turned = [[monai.Rotate90(k)(hu).as_tensor() for k in (1, 2, 3)] for hu in batch["hu"]]
    hits = [
        [torch.equal((image * 400).round(), t.float()) for t in three]
        for image, three in zip(found["image"], turned, strict=True)
    ]
    assert all(sum(row) == 1 for row in hits)
    assert np.any(hits, axis=0).all()


@settings(max_examples=10)
@given(
    angles=st.tuples(*[st.floats(-30, 30)] * 3),
    zoom=st.floats(0.7, 1.4),
    spacing=st.tuples(*[st.floats(1, 3)] * 3),
)
def test_turns_and_zoom_are_those_of_scipy_in_millimetres(angles, zoom, spacing):
    shape = (9, 8, 7)
    image = np.random.default_rng(0).random(shape).astype(np.float32)
    bits = np.random.default_rng(1).integers(0, 2**40, shape)
    matrix = spatial.rotation(torch.tensor(angles)) / zoom
    places = spatial.places_of(matrix[None], shape, spacing)
    sizes = np.diag(spacing)
    voxel = np.linalg.inv(sizes) @ matrix.numpy().astype(float) @ sizes
    middle = (np.array(shape) - 1) / 2
    arguments = {"matrix": voxel, "offset": middle - voxel @ middle}
    linear = ndimage.affine_transform(image, order=1, mode="grid-constant", **arguments)
    assert np.allclose(spatial.linear_of(torch.from_numpy(image)[None, None], places)[0, 0], linear, atol=1e-4)
    where = np.stack([place[0].numpy() for place in places])
    clear = (np.abs(where - np.floor(where) - 0.5) > 1e-3).all(axis=0)  # half-way voxels may go to either side
    nearest = ndimage.affine_transform(bits.astype(float), order=0, mode="grid-constant", **arguments)
    found = spatial.nearest_of(torch.from_numpy(bits)[None], places)[0].numpy()
    assert np.array_equal(found[clear], nearest[clear].astype(np.int64))


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_tilted_image_and_labels_stay_on_each_other(seed):
    grid = np.indices((32, 32, 32)) - 15.5
    ball = (np.linalg.norm(grid - np.array([3, -4, 2])[:, None, None, None], axis=0) < 7).astype(np.int64)
    batch = {**batch_of(1), "bits": torch.from_numpy(ball)[None], "hu": torch.from_numpy(ball * 400).to(torch.int16)[None, None]}
    found = augmented(batch, Preset(flip=0.5, flip_axes=(0, 1, 2), rotate90=0.5, rotate=1, zoom=1), generator_of(seed, 0))
    image, target = found["image"][0, 0] > 0.5, found["target"][0, 0]
    assert target.sum() > 300
    assert 2 * (image & target).sum() / (image.sum() + target.sum()) > 0.95


def test_nothing_comes_from_beyond_the_patch():
    batch = {**batch_of(1), "hu": torch.full((1, 1, 12, 12, 10), 400, dtype=torch.int16), "bits": torch.full((1, 12, 12, 10), 31)}
    found = augmented(batch, Preset(zoom=1, zoom_range=(0.5, 0.5)))
    assert bits_of(found["target"])[0, 0, 0, 0] == 0
    assert found["image"][0, 0, 0, 0, 0] == 0
    assert bits_of(found["target"])[0, 6, 6, 5] == 31
    assert found["image"][0, 0, 6, 6, 5] == 1


def test_a_generator_decides_everything_and_the_batch_stays_as_it_was():
    batch = batch_of()
    kept = {name: value.clone() for name, value in batch.items() if isinstance(value, torch.Tensor)}
    torch.manual_seed(0)
    one = augmented(batch, ALL, generator_of(1, 2))
    torch.manual_seed(1)
    again, other = augmented(batch, ALL, generator_of(1, 2)), augmented(batch, ALL, generator_of(1, 3))
    assert torch.equal(one["image"], again["image"])
    assert torch.equal(one["target"], again["target"])
    assert not torch.equal(one["image"], other["image"])
    assert all(torch.equal(batch[name], value) for name, value in kept.items())
    assert torch.isfinite(one["image"]).all()


def test_the_recipe_of_suprem_happens_as_often_as_published():
    batch = batch_of(1, (4, 4, 4))
    turned = shifted = 0
    for step in range(1000):
        found = augmented(batch, "suprem", generator_of(0, step))
        turned += not torch.equal(found["target"], expand(batch["bits"], 5))
        offset = found["image"].sort().values.sum() - (batch["hu"] / 400).sort().values.sum()
        shifted += bool(abs(offset) > 1e-3)
        assert abs(offset) / 64 <= 0.1 + 1e-4
    assert turned / 1000 == pytest.approx(0.1, abs=0.03)
    assert shifted / 1000 == pytest.approx(0.2, abs=0.04)


def test_grey_values_change_as_monai_changes_them():
    image = torch.rand(1, 12, 10, 8, generator=generator_of(0, 0))
    assert torch.allclose(intensity.bent(image, 1.4), monai.AdjustContrast(1.4)(image).as_tensor(), atol=1e-5)
    coarse = monai.RandSimulateLowResolution(prob=1, zoom_range=(0.5, 0.5), downsample_mode="nearest-exact")(image)
    assert torch.allclose(intensity.coarse(image, 0.5), coarse.as_tensor(), atol=1e-5)


@pytest.mark.parametrize("field", ["noise", "scale", "shift", "low_resolution", "gamma"])
def test_each_grey_change_leaves_the_labels_alone(field):
    batch = batch_of()
    found = augmented(batch, dataclasses.replace(PRESETS["none"], **{field: 1.0}))
    assert torch.equal(found["target"], expand(batch["bits"], 5))
    assert not torch.allclose(found["image"], batch["hu"] / 400)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [({"preset": "supreme"}, "did you mean 'suprem'"), ({"preset": "none", "window": (250, -175)}, "lowest and the highest HU")],
)
def test_what_is_no_augmentation_is_refused(arguments, says):
    with pytest.raises(InputError, match=says):
        augmented(batch_of(), **arguments)
