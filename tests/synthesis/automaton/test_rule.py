"""The rule of growth: its speed, its barriers, its chances, and that compiled code and tensors are the same bits."""

import itertools

import numpy as np
import pytest
import torch

from atlas_lab.synthesis.automaton.colony import grow_colony
from atlas_lab.synthesis.automaton.compiled import CompiledCells
from atlas_lab.synthesis.automaton.rule import ACCEPTANCE, BARRIER, CAPACITY, MATURE, RADIUS_PER_STEP
from atlas_lab.synthesis.automaton.tensor import TensorCells
from tests.synthesis.automaton.plots import from_one_cell, keys, open_plot, radius

# Equivalent radius in cells after so many steps, from one seed on uniform ground (measured on the published rule)
PUBLISHED = {30: 6.0, 40: 8.2, 50: 10.5, 60: 12.8, 80: 17.4, 100: 22.1, 120: 26.8, 150: 33.9}


@pytest.mark.parametrize(("steps", "published"), list(PUBLISHED.items()))
def test_a_tumour_has_the_published_radius(steps, published):
    assert radius(from_one_cell(steps).count) == pytest.approx(published, rel=0.1)


def test_the_radius_grows_as_fast_as_published():
    gained = radius(from_one_cell(100).count) - radius(from_one_cell(60).count)
    assert gained / 40 == pytest.approx(RADIUS_PER_STEP, rel=0.1)


def test_a_growing_tumour_loses_no_cell():
    colony = from_one_cell(40, seed=3)
    kept = colony.history.stages()
    final = np.zeros(np.add(colony.population.shape, 2), np.uint8)
    final[1:-1, 1:-1, 1:-1] = colony.population
    for (_, before, corner), (_, after, later_corner) in itertools.pairwise(kept):
        shift = corner - later_corner
        assert (shift >= 0).all()
        same = after[tuple(slice(a, a + n) for a, n in zip(shift, before.shape, strict=True))]
        assert (same >= before).all()
    assert colony.population.max() == CAPACITY


def test_growth_does_not_hang_on_how_large_its_box_was_at_first():
    small, large = from_one_cell(50, plot=open_plot(side=5)), from_one_cell(50, plot=open_plot(side=61))
    assert np.array_equal(small.population, large.population)
    assert np.array_equal(small.corner, large.corner)


@pytest.mark.parametrize(("level", "chance"), list(enumerate(ACCEPTANCE, start=1)))
def test_ground_accepts_cells_with_the_published_chance(level, chance):
    population = np.zeros((81, 81, 81), np.uint8)
    population[4:-1:4, 4:-1:4, 4:-1:4] = CAPACITY  # too far apart to meet in one step
    cells = CompiledCells(population, np.full(population.shape, level, np.uint8), (0, 0, 0), population.shape)
    spread = cells.step(keys(0, 0)).size / np.count_nonzero(population == CAPACITY)
    once = 1 - (1 - spread) ** (1 / 3)  # up to three tries
    assert once * 27 / 26 == pytest.approx(chance, rel=0.07)


def closed_room(rng, most) -> tuple[np.ndarray, np.ndarray]:
    """Cells of up to `most` in a room whose walls are barriers, with open ground behind them."""
    ground = np.ones((15, 15, 15), np.uint8)
    ground[3:-3, 3:-3, 3:-3] = BARRIER
    ground[4:-4, 4:-4, 4:-4] = 1
    population = np.zeros_like(ground)
    population[4:-4, 4:-4, 4:-4] = rng.integers(1, most + 1, (7, 7, 7))
    return population, ground


@pytest.mark.parametrize("make", [CompiledCells, TensorCells])
def test_cells_below_capacity_never_cross_a_barrier(make):
    rng = np.random.default_rng(0)
    for trial in range(20):
        population, ground = closed_room(rng, CAPACITY - 1)
        cells = make(population, ground.copy(), (0, 0, 0), ground.shape)
        cells.step(keys(trial, 0))
        grown, after = cells.arrays()
        assert np.array_equal(after, ground)  # not even pressed
        outside = np.ones(ground.shape, bool)
        outside[4:-4, 4:-4, 4:-4] = False
        assert not grown[outside].any()


def test_a_barrier_falls_under_the_pressure_of_full_cells():
    population, ground = closed_room(np.random.default_rng(0), CAPACITY)
    cells = CompiledCells(population, ground, (0, 0, 0), ground.shape)
    for step in range(12):
        cells.step(keys(0, step))
    grown, after = cells.arrays()
    assert (after == BARRIER).sum() < 9**3 - 7**3
    assert grown[:3].any()


def test_a_wall_holds_for_ever():
    plot = open_plot(side=17)
    plot.ground[4:-4, 4:-4, 4:-4] = 0
    plot.ground[5:-5, 5:-5, 5:-5] = 1
    colony = from_one_cell(200, plot=plot)
    assert colony.count == 7**3
    assert colony.steps < 200  # and it stops trying


def wild_plot(seed) -> tuple[np.ndarray, np.ndarray]:
    """Every kind of ground and every population, within a rim of walls."""
    rng = np.random.default_rng(seed)
    ground = rng.choice(np.arange(7, dtype=np.uint8), (19, 22, 17), p=[0.05, 0.4, 0.2, 0.1, 0.15, 0.05, 0.05])
    for axis in range(3):
        np.moveaxis(ground, axis, 0)[[0, -1]] = 0
    population = rng.integers(0, CAPACITY + 1, ground.shape).astype(np.uint8)
    population[(rng.random(ground.shape) < 0.8) | (ground == 0) | (ground >= BARRIER)] = 0
    return population, ground


def assert_same_bits(device, threads=None):
    for seed in range(3):
        population, ground = wild_plot(seed)
        place = ((40, 0, 7), (200, 180, 90))
        compiled = CompiledCells(population.copy(), ground.copy(), *place)
        tensor = TensorCells(population.copy(), ground.copy(), *place, device)
        for step in range(15):
            ours, theirs = compiled.step(keys(seed, step)), tensor.step(keys(seed, step))
            assert np.array_equal(np.sort(ours), np.sort(theirs))
            assert all(np.array_equal(a, b) for a, b in zip(compiled.arrays(), tensor.arrays(), strict=True))


@pytest.mark.parametrize("threads", [1, 2])
def test_compiled_cells_and_tensors_are_the_same_bits(threads):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        assert_same_bits("cpu")
    finally:
        torch.set_num_threads(before)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_grows_the_same_bits():
    assert_same_bits("cuda")
    assert np.array_equal(from_one_cell(60, device="cuda").population, from_one_cell(60).population)


def test_growth_stops_at_exactly_as_many_cells_as_were_asked_for():
    plot = open_plot()
    for cells in (1, 2, 100, 1234):
        colony = grow_colony(plot, np.array([[8, 8, 8]]), seed=5, cells=cells)
        assert np.count_nonzero(colony.population) == colony.count == cells


def test_another_seed_grows_another_tumour():
    first, second = from_one_cell(30, seed=1), from_one_cell(30, seed=2)
    assert not np.array_equal(first.population, second.population)


def test_a_seed_is_a_young_cell_that_doubles_in_five_steps():
    colony = from_one_cell(0)
    assert colony.population[tuple(colony.seeds[0])] >= MATURE + 1
