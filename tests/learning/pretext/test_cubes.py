"""Cubes: positioning, jigsaw and Rubik's cube, and the orders that they draw from."""

import numpy as np
import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.pretext import pretext
from atlas_lab.learning.pretext._cubes import cut_cubes
from atlas_lab.learning.pretext._heads import fitted
from atlas_lab.learning.pretext._permutations import candidates, far_apart
from atlas_lab.learning.pretext.positioning import where
from atlas_lab.learning.pretext.rubik import turned
from tests.learning.pretext.stand_in import generator, patches, places


def origin(cube: torch.Tensor, side: int) -> tuple[int, int, int]:
    """Where the first voxel of a cube was, in a patch of `places`."""
    index = int(cube.flatten()[0])
    return index // side**2, index // side % side, index % side


@pytest.mark.parametrize(("grid", "side"), [(2, 96), (3, 96), (3, 48), (2, 10)])
def test_cubes_lie_in_their_cells_with_gaps_between_them(grid, side):
    cell = side // grid
    cubes, start = cut_cubes(places(side).expand(4, -1, -1, -1, -1), grid, generator())
    edge = cubes.shape[-1]
    assert cubes.shape == (4, grid**3, 1, edge, edge, edge)
    inner = start - start // cell * cell
    free = max(cell // 16, 1)
    assert inner.min() >= free
    assert (inner + edge).max() <= cell - free
    assert edge == cell - 2 * free - cell // 8
    assert len(inner[..., 0].unique()) == cell // 8 + 1  # it plays as far as it may
    for place in range(grid**3):
        expected = (place // grid**2, place // grid % grid, place % grid)
        assert tuple((start[0, place] // cell).tolist()) == expected
        assert origin(cubes[0, place], side) == tuple(start[0, place].tolist())


def test_a_patch_too_small_for_the_grid_is_refused():
    with pytest.raises(InputError, match=r"\(14, 14, 14\) voxels is too small for 3x3x3 cubes: give 15 or more"):
        pretext("jigsaw").make(patches(side=14), generator())


def test_positioning_shows_the_middle_cube_and_the_neighbour_it_asks_for():
    side = 48
    for seed in range(60):
        cubes, targets = pretext("positioning").make(places(side), generator(seed))
        first, second = ([v // 16 for v in origin(cube, side)] for cube in cubes[0])
        assert first == [1, 1, 1]
        place = second[0] * 9 + second[1] * 3 + second[2]
        assert int(targets[0]) == place - (place > 13)
        assert place != 13


def test_positioning_asks_for_all_26_places():
    images = patches(1, side=15).expand(2000, -1, -1, -1, -1)
    counts = pretext("positioning").make(images, generator())[1].bincount(minlength=26)
    assert len(counts) == 26
    assert counts.min() > 40


def test_a_place_is_called_as_it_lies_in_the_patient():
    assert where(0) == "left, behind, below"
    assert where(26) == "right, in front, above"
    assert where(14) == "above"
    assert where(22) == "right"


@pytest.mark.parametrize("grid", [2, 3])
def test_jigsaw_puts_the_cubes_in_the_order_it_asks_for(grid):
    side = 48
    task = pretext("jigsaw", grid=grid)
    cubes, targets = task.make(places(side).expand(3, -1, -1, -1, -1), generator())
    for sample in range(3):
        order = task.order_table()[targets[sample]].tolist()
        assert sorted(order) == list(range(grid**3))
        for place, cube in enumerate(order):
            x, y, z = (v // (side // grid) for v in origin(cubes[sample, place], side))
            assert x * grid**2 + y * grid + z == cube


@pytest.mark.parametrize(("cells", "least"), [(8, 5), (27, 24)])
def test_each_order_is_as_far_from_those_before_it_as_any_could_be(cells, least):
    orders, pool = far_apart(cells, 100), candidates(cells)
    assert [sorted(order) for order in orders] == [list(range(cells))] * 100
    distance = (orders[:, None] != orders[None]).sum(2)
    assert (distance + cells * np.eye(100, dtype=int)).min() >= least
    for count in (1, 2, 10, 50, 99):
        to_pool = (pool[:, None] != orders[None, :count]).sum(2).min(1)
        assert distance[count, :count].min() == to_pool.max()


def test_orders_of_random_choice_are_nearer():
    rng = np.random.default_rng(1)
    drawn = rng.random((100, 27)).argsort(axis=1)
    near = ((drawn[:, None] != drawn[None]).sum(2) + 27 * np.eye(100, dtype=int)).min()
    assert near < 24


def test_rubik_turns_each_cube_as_it_says():
    side = 48
    task = pretext("rubik")
    cubes, targets = task.make(places(side).expand(5, -1, -1, -1, -1), generator())
    assert targets["turns"].shape == (5, 16)
    assert 0.2 < targets["turns"].mean() < 0.8
    for sample in range(5):
        order = task.order_table()[targets["order"][sample]].tolist()
        for place, cube in enumerate(order):
            about_x, about_z = targets["turns"][sample, [place, 8 + place]].tolist()
            voxels = cubes[sample, place, 0]
            steps = [int(voxels[tuple(int(a == axis) for a in range(3))] - voxels[0, 0, 0]) for axis in range(3)]
            assert steps[0] == side**2 * (-1 if about_z else 1)
            assert steps[1] == side * (-1 if about_x != about_z else 1)
            assert steps[2] == (-1 if about_x else 1)
            corner = voxels.min()
            x, y, z = (int(v) // (side // 2) for v in (corner // side**2, corner // side % side, corner % side))
            assert 4 * x + 2 * y + z == cube


def test_turning_twice_is_not_turning():
    cubes = patches(16, side=6).view(2, 8, 1, 6, 6, 6)
    turns = torch.rand(2, 16, generator=generator()) < 0.5
    assert torch.equal(turned(turned(cubes, turns), turns), cubes)


def test_rubik_plus_hides_boxes():
    images = torch.ones(2, 1, 48, 48, 48)
    assert pretext("rubik").make(images, generator())[0].min() == 1
    hidden = pretext("rubik", masked=True).make(images, generator())[0] == 0
    shares = hidden.flatten(0, 1).flatten(1).float().mean(1)
    assert shares.min() > 0
    assert shares.max() <= 3 / 27


def test_rubik_weighs_turns_by_half():
    task = pretext("rubik", orders=10)
    targets = {"order": torch.tensor([3, 7]), "turns": torch.eye(16)[:2]}
    right = torch.cat([100 * torch.eye(10)[[3, 7]], 200 * targets["turns"] - 100], 1)
    assert task.loss(right, targets) < 1e-6
    assert task.loss(torch.zeros(2, 26), targets) == pytest.approx(np.log(10) + 0.5 * np.log(2))


def test_a_cube_is_padded_until_a_backbone_takes_it():
    cube = patches(1, side=7)
    padded = fitted(cube, 8)
    assert padded.shape[2:] == (16, 16, 16)
    assert torch.equal(padded[:, :, 4:11, 4:11, 4:11], cube)
    assert torch.equal(fitted(patches(1, side=16), 8), patches(1, side=16))
    assert fitted(patches(1, side=17), 8).shape[2:] == (24, 24, 24)
