"""Batches: exactly the prepared voxels, the same for any number of workers, from any step, on any rank."""

import numpy as np
import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.patches import batches, prepare
from tests.learning.patches.tiny import CLASSES, tiny_case


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    cases = [tiny_case("a"), tiny_case("b", seed=1, without=["spleen"]), tiny_case("small", shape=(16, 20, 24), seed=2)]
    return prepare(cases, CLASSES, folder=tmp_path_factory.mktemp("prepared"), progress=False)


def same(one, other):
    assert one["ids"] == other["ids"]
    assert one["step"] == other["step"]
    return all(torch.equal(one[name], other[name]) for name in ("hu", "bits", "known"))


def test_patch_voxels_are_the_prepared_ones(prepared):
    loader = batches(prepared[:2], 12, 3, stop_step=4)
    for step, batch in enumerate(loader):
        assert batch["hu"].shape == (3, 1, 12, 12, 12)
        assert batch["hu"].dtype == torch.int16
        assert batch["bits"].shape == (3, 12, 12, 12)
        assert batch["bits"].dtype == torch.int64
        for row, id in enumerate(batch["ids"]):
            place = loader.dataset.sampler.place(step, row)
            box = tuple(slice(start, start + 12) for start in place.start)
            assert np.array_equal(batch["hu"][row, 0], prepared[id].hu[box])
            assert np.array_equal(batch["bits"][row], prepared[id].bits[box])
            assert batch["known"][row].tolist() == list(prepared[id].known)
    assert step == 3


def test_only_the_patch_is_read(prepared):
    assert isinstance(prepared["a"].hu.base, np.memmap)
    assert isinstance(prepared["a"].bits.base, np.memmap)
    assert not prepared["a"].hu.flags.writeable


def test_around_a_small_volume_there_is_air_without_a_label(prepared):
    batch = next(iter(batches(prepared.select(["small"]), 32, 1)))
    inside = (slice(8, 24), slice(6, 26), slice(4, 28))
    outside = np.ones((32, 32, 32), bool)
    outside[inside] = False
    assert np.array_equal(batch["hu"][0, 0][inside], prepared["small"].hu)
    assert np.array_equal(batch["bits"][0][inside], prepared["small"].bits)
    assert (batch["hu"][0, 0].numpy()[outside] == -1024).all()
    assert (batch["bits"][0].numpy()[outside] == 0).all()


def test_workers_and_the_first_step_change_nothing(prepared):
    alone = list(batches(prepared, (12, 8, 10), 2, seed=3, stop_step=5))
    for workers in (1, 2):
        assert all(map(same, alone, batches(prepared, (12, 8, 10), 2, seed=3, stop_step=5, workers=workers)))
    later = list(batches(prepared, (12, 8, 10), 2, seed=3, start_step=3, stop_step=5))
    assert [batch["step"] for batch in later] == [3, 4]
    assert all(map(same, alone[3:], later))
    assert not same(alone[0], {**alone[1], "ids": alone[0]["ids"], "step": 0})


def test_devices_share_one_batch(prepared):
    whole = list(batches(prepared, 8, 4, stop_step=3))
    parts = [list(batches(prepared, 8, 2, stop_step=3, rank=rank, ranks=2)) for rank in (0, 1)]
    for batch, one, other in zip(whole, *parts, strict=True):
        assert torch.equal(batch["hu"], torch.cat([one["hu"], other["hu"]]))
        assert batch["ids"] == one["ids"] + other["ids"]


def test_no_global_state_is_read_or_moved(prepared):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first = next(iter(batches(prepared, 8)))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(1)
    assert same(first, next(iter(batches(prepared, 8))))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"size": 0}, "size=0"),
        ({"size": (8, 8)}, "three along x, y and z"),
        ({"batch_size": 0}, "batch_size=0"),
        ({"start_step": -1}, "start_step=-1"),
        ({"workers": 1.5}, "workers=1.5"),
        ({"rank": 2, "ranks": 2}, "below ranks=2"),
        ({"positive": 1.1}, "positive=1.1"),
    ],
)
def test_numbers_out_of_range_are_refused(prepared, arguments, says):
    with pytest.raises(InputError, match=says):
        batches(prepared, **arguments)


def test_no_cases_are_refused(prepared):
    with pytest.raises(InputError, match="no prepared cases"):
        batches(prepared.select([]))
