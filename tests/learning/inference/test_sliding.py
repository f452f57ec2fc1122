"""Windows moved over a volume say what one look at all of it would, and need little memory."""

import itertools

import numpy as np
import pytest
import torch
from monai.inferers import sliding_window_inference
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from atlas_lab.learning.inference import sliding, sliding_window

WINDOW = (-175.0, 250.0)


@pytest.fixture(autouse=True)
def full_precision(monkeypatch):
    monkeypatch.setattr(sliding, "best_precision", lambda device: "32-true")


class Blurs(nn.Module):
    """Three classes, each a blur of the image: what is at the edge of a window differs from what is in its middle."""

    def __init__(self):
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.kernel = nn.Parameter(torch.randn(3, 1, 5, 5, 5, generator=generator) / 11)
        self.seen = 0

    def forward(self, images):
        self.seen += len(images)
        return nn.functional.conv3d(images, self.kernel, padding=2)


def volume(shape, seed=0):
    return np.random.default_rng(seed).integers(-300, 400, shape).astype(np.int16)


def joined(network, hu, patch, **options):
    axis = 1 + int(np.argmax([max(side, least) for side, least in zip(hu.shape, patch, strict=True)]))
    parts, done = [], 0
    for slab in sliding_window(network, hu, WINDOW, patch, **options):
        assert (slab.first, slab.axis + 1) == (done, axis)
        assert torch.equal(slab.inside, slab.logits > 0)
        parts.append(slab.logits)
        done += parts[-1].shape[axis]
    return torch.cat(parts, dim=axis)


@pytest.mark.parametrize("overlap", [0, 0.25, 0.5, 0.75])
@pytest.mark.parametrize("shape", [(20, 23, 17), (12, 16, 10), (41, 12, 30), (13, 14, 37)])
@torch.no_grad()
def test_monais_windows_give_the_same_logits(shape, overlap):
    hu, patch, network = volume(shape), (12, 12, 10), Blurs()
    low, high = WINDOW
    image = ((torch.from_numpy(hu).float() - low) / (high - low)).clamp(0, 1)[None, None]
    theirs = sliding_window_inference(image, patch, 1, network, overlap=overlap, mode="gaussian")[0]
    ours = joined(network, hu, patch, overlap=overlap)
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=2e-5)


def test_several_windows_at_once_change_nothing():
    hu, network = volume((30, 20, 20)), Blurs()
    one, four = (joined(network, hu, (12, 12, 12), batch_size=size) for size in (1, 4))
    np.testing.assert_allclose(one.numpy(), four.numpy(), atol=1e-5)


def test_a_volume_smaller_than_a_window_is_padded_with_air():
    hu, network = volume((7, 20, 9)), Blurs()
    padded = np.pad(hu, [(0, 5), (0, 0), (0, 3)], constant_values=-1024)
    ours, whole = joined(network, hu, (12, 12, 12)), joined(network, padded, (12, 12, 12))
    assert ours.shape == (3, *hu.shape)
    np.testing.assert_allclose(ours.numpy(), whole[:, :7, :, :9].numpy(), atol=1e-6)


def test_air_is_not_looked_at_and_holds_nothing():
    hu = np.full((60, 24, 24), -1000, np.int16)
    hu[:12] = volume((12, 24, 24))
    network = Blurs()
    logits = joined(network, hu, (12, 12, 12), overlap=0)
    assert network.seen == 4
    assert (logits[:, 12:] == sliding.NOTHING).all()
    assert logits.shape == (3, 60, 24, 24)


def test_nothing_but_air_is_all_air():
    assert list(sliding_window(Blurs(), np.full((30, 30, 30), -1024, np.int16), WINDOW, (12, 12, 12))) == []


@pytest.mark.parametrize("axes", [(2,), (1, 2), (0, 1, 2)])
def test_mirrored_copies_are_averaged_window_by_window(axes):
    hu, network = volume((14, 12, 10)), Blurs()
    whole = (14, 12, 10)  # one window
    copies = [list(chosen) for n in range(len(axes) + 1) for chosen in itertools.combinations(axes, n)]
    mirrored = [joined(network, np.flip(hu, chosen).copy(), whole).flip([a + 1 for a in chosen]) for chosen in copies]
    expected = torch.stack(mirrored).mean(0)
    np.testing.assert_allclose(joined(network, hu, whole, flips=axes).numpy(), expected.numpy(), atol=1e-5)


class Largest(TorchDispatchMode):
    """The most bytes that one tensor had."""

    bytes = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        if isinstance(made, torch.Tensor):
            self.bytes = max(self.bytes, made.nbytes)
        return made


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_what_is_held_does_not_grow_with_the_longest_side(axis):
    largest = []
    for length in (40, 400):
        shape = np.roll((length, 12, 14), axis)
        with Largest() as seen:
            for slab in sliding_window(Blurs(), volume(shape), WINDOW, (12, 12, 12)):
                assert slab.inside.shape[1 + axis] <= 12
        largest.append(seen.bytes)
    assert largest[0] == largest[1] == 4 * 3 * 12 * 12 * 14
