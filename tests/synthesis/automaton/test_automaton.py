"""Tumours that grow: their size, their place, their death, their stages, and what is said where they cannot."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from atlas_lab.errors import InputError
from atlas_lab.synthesis.automaton import Automaton
from atlas_lab.synthesis.automaton.levels import ground_of, level_edges
from atlas_lab.synthesis.contrast import contrast_range
from atlas_lab.synthesis.tissue import NoRoom, Site
from tests.synthesis.tissues import SPACINGS, ball, middle


def grow(tissue, diameter_mm=20.0, seed=0, clipped=True, centre=None, **settings):
    site = Site(centre or middle(tissue), diameter_mm, clipped)
    return Automaton(**settings).grow(tissue, site, np.random.default_rng(seed))


def diameter_mm(mask, spacing) -> float:
    return float(6 * mask.sum() * np.prod(spacing) / np.pi) ** (1 / 3)


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("asked", [8.0, 15.0, 40.0])
def test_a_tumour_has_the_diameter_that_was_asked_for(spacing, asked):
    grown = grow(ball(spacing=spacing), asked)
    assert diameter_mm(grown.mask, spacing) == pytest.approx(asked, rel=0.05)


@pytest.mark.parametrize("spacing", SPACINGS)
def test_a_step_is_as_far_in_mm_on_any_voxels(spacing):
    grown = grow(ball(spacing=spacing), steps=40, seeds="single", levels="published", necrosis=0)
    extent = [
        side * np.ptp(np.flatnonzero(grown.mask.any(others)))
        for side, others in zip(spacing, [(1, 2), (0, 2), (0, 1)], strict=True)
    ]
    assert diameter_mm(grown.mask, spacing) == pytest.approx(14.5, rel=0.1)
    assert max(extent) - min(extent) < 2 * max(spacing) + 2


@pytest.mark.parametrize("spacing", SPACINGS)
def test_a_tumour_never_leaves_its_organ_nor_enters_what_is_taken(spacing):
    tissue = ball(60.0, spacing)
    x, y, z = middle(tissue)
    tissue.taken[:, y + round(4 / spacing[1]) :] = True
    at = (x + round(22 / spacing[0]), y, z)  # near the surface
    grown = grow(tissue, 18.0, centre=at)
    outside = ~tissue.organ | tissue.taken
    assert not (grown.mask & outside[grown.box]).any()
    assert not (grown.region & outside[grown.box]).any()
    assert diameter_mm(grown.mask, spacing) == pytest.approx(18.0, rel=0.05)


def test_a_tumour_at_the_surface_may_leave_its_organ_where_it_is_not_clipped():
    tissue = ball(50.0, organ="kidney")
    x, y, z = middle(tissue)
    grown = grow(tissue, 20.0, clipped=False, centre=(x + 22, y, z))
    beyond = grown.mask & ~tissue.organ[grown.box]
    assert beyond.any()
    assert grown.hu[beyond].mean() == pytest.approx(grown.hu[grown.mask & ~beyond].mean(), abs=25)  # fat is replaced


def test_the_tissue_is_read_only():
    tissue = ball()
    for array in (tissue.hu, tissue.organ, tissue.taken):
        array.setflags(write=False)
    grown = grow(tissue)
    assert (grown.mask <= grown.region).all()


def test_outside_its_region_a_tumour_is_not_there():
    tissue = ball()
    grown = grow(tissue)
    after = tissue.hu.copy()
    after[grown.box][grown.region] = grown.hu[grown.region]
    far = ndimage.distance_transform_edt(~grown.mask) > 5
    assert not (far & grown.region).any()
    assert np.array_equal(after[grown.box][far], tissue.hu[grown.box][far])


@pytest.mark.parametrize("phase", ["non_contrast", "arterial", "portal"])
@pytest.mark.parametrize("seed", range(3))
def test_its_contrast_is_that_of_organ_and_phase(phase, seed):
    tissue = ball(level=55.0 if phase == "non_contrast" else 110.0, noise=8.0, phase=phase)
    for asked in (12.0, 40.0):
        grown = grow(tissue, asked, seed)
        contrast = grown.hu[grown.mask].mean() - tissue.level
        assert contrast == pytest.approx(grown.settings["contrast_hu"], abs=0.1)
        low, high = contrast_range("liver", phase)
        assert low - 0.1 <= contrast <= high + 0.1


def test_a_contrast_that_is_asked_for_is_what_it_has():
    tissue = ball(noise=8.0)
    for asked in (-90.0, 40.0):
        grown = grow(tissue, 36.0, contrast=asked)
        assert grown.hu[grown.mask].mean() - tissue.level == pytest.approx(asked, abs=0.1)


def test_further_steps_and_another_contrast_leave_the_rest_as_it_is():
    tissue = ball()
    short, long, bright = (grow(tissue, steps=25, **more) for more in ({}, {"contrast": None}, {"contrast": 30.0}))
    assert np.array_equal(short.hu, long.hu)
    assert np.array_equal(short.mask, bright.mask)
    older = grow(tissue, steps=35)
    same = ("contrast_hu", "patch_mm", "grain_mm", "first_cells")
    assert [older.settings[name] for name in same[1:]] == [short.settings[name] for name in same[1:]]


def test_a_tissue_without_contrast_medium_has_all_levels():
    plain = ball(level=42.0, noise=19.0, phase="non_contrast")
    for levels, seen in (("adaptive", {1, 2, 3, 4}), ("published", {1})):
        edges = level_edges(levels, plain)
        ground = ground_of(plain.hu, plain.organ, plain.taken, edges, clipped=True)
        shares = np.bincount(ground[plain.organ], minlength=5) / plain.organ.sum()
        assert {level for level in range(1, 5) if shares[level] > 0.002} == seen


def test_levels_of_a_portal_liver_are_the_published_ones():
    tissue = replace(ball(), level=110.0, noise=20.0)
    assert level_edges("adaptive", tissue) == level_edges("published", tissue) == (120.0, 140.0, 160.0)


def test_dead_cells_are_tumour_and_darker():
    tissue = ball(noise=2.0)
    alive, dead = (grow(tissue, 36.0, seed=4, necrosis=chance) for chance in (0.0, 1.0))
    assert dead.settings["necrosis"]
    assert not alive.settings["necrosis"]
    assert np.array_equal(alive.mask, dead.mask)
    core = ndimage.binary_erosion(dead.mask, iterations=14)
    rim = dead.mask & ~ndimage.binary_erosion(dead.mask, iterations=4)
    assert core.any()
    assert dead.mask[core].all()
    deeper = dead.hu[core].mean() - dead.hu[rim].mean() - (alive.hu[core].mean() - alive.hu[rim].mean())
    assert deeper < -10


def test_the_core_of_a_young_tumour_lives():
    assert not grow(ball(), 12.0, necrosis=1.0).settings["necrosis"]


def test_history_ends_with_the_tumour_and_only_grows():
    grown = grow(ball(), 30.0)
    steps = grown.settings["history_steps"]
    assert 8 <= len(steps) == len(grown.history) <= 24
    assert steps[-1] == grown.settings["steps"]
    assert steps == sorted(set(steps))
    assert grown.history.dtype == np.uint8
    assert np.array_equal(grown.history[-1] > 0, grown.mask)
    voxels = (grown.history > 0).sum((1, 2, 3))
    assert (np.diff(voxels[:-1]) > 0).all()


def test_stages_show_one_tumour_growing():
    tissue = ball()
    site = Site(middle(tissue), 24.0)
    stages = Automaton().stages(tissue, site, np.random.default_rng(2))
    grown = Automaton().grow(tissue, site, np.random.default_rng(2))
    assert np.array_equal(stages[-1].hu, grown.hu)
    assert all(stage.box == grown.box for stage in stages)
    sizes = [int(stage.mask.sum()) for stage in stages]
    assert sizes == sorted(sizes)
    assert len(stages) == len(grown.history)


def test_satellites_make_a_lobulated_tumour_in_one_piece():
    tissue = ball()
    steps = set()
    for seed in range(12):
        grown = grow(tissue, 10.0, seed)
        assert ndimage.label(grown.mask, np.ones((3, 3, 3)))[1] == 1
        steps.add(grown.settings["steps"])
    assert max(steps) - min(steps) > 4  # some start from many cells


DIGEST = """
import hashlib, numpy as np
from atlas_lab.synthesis.automaton import Automaton
from atlas_lab.synthesis.tissue import Site
from tests.synthesis.tissues import ball, middle
tissue = ball(spacing=(0.7, 0.8, 2.5))
grown = Automaton().grow(tissue, Site(middle(tissue), 30.0), np.random.default_rng(8))
print(hashlib.sha256(grown.hu.tobytes() + grown.mask.tobytes() + grown.history.tobytes()).hexdigest())
"""


def test_another_process_with_one_thread_grows_the_same_bytes():
    tissue = ball(spacing=(0.7, 0.8, 2.5))
    grown = grow(tissue, 30.0, seed=8)
    ours = hashlib.sha256(grown.hu.tobytes() + grown.mask.tobytes() + grown.history.tobytes()).hexdigest()
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    env = {**os.environ, **one, "PYTHONPATH": os.getcwd()}
    theirs = subprocess.run([sys.executable, "-c", DIGEST], env=env, capture_output=True, text=True, check=True).stdout.strip()
    assert theirs == ours


def test_a_torch_device_grows_the_same_bytes():
    tissue, site = ball(), Site(middle(ball()), 20.0)
    compiled = Automaton().grow(tissue, site, np.random.default_rng(1))
    tensors = Automaton(device="cpu:0").grow(tissue, site, np.random.default_rng(1))
    assert compiled.hu.tobytes() == tensors.hu.tobytes()
    assert compiled.history.tobytes() == tensors.history.tobytes()
    assert "device" not in Automaton(device="cpu:0").settings()


def test_a_shut_in_tumour_says_so():
    tissue = ball(14.0)
    with pytest.raises(NoRoom, match=r"^liver: a tumour of 40 mm is shut in at 1[34] mm around voxel"):
        grow(tissue, 40.0)


def test_a_site_amid_walls_says_so():
    tissue = ball()
    tissue.taken[:] = True
    with pytest.raises(NoRoom, match=r"^liver: only walls and vessels around voxel"):
        grow(tissue)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"levels": "adaptve"}, "did you mean 'adaptive'"),
        ({"seeds": "one"}, "use one of published, single"),
        ({"steps": 0}, "steps=0: use a whole number from 1 on"),
        ({"steps": 2.5}, "steps=2.5: use a whole number from 1 on"),
        ({"necrosis": 2}, "necrosis=2: use a number from 0 to 1"),
        ({"necrosis": True}, "necrosis=True: use a number from 0 to 1"),
        ({"contrast": True}, "contrast=True: use a number from -1000 to 2000"),
        ({"contrast": float("nan")}, "contrast=nan: use a number"),
        ({"steps": True}, "steps=True: use a whole number from 1 on"),
        ({"cell_mm": "1"}, "cell_mm='1': use a number from 0.25 to 5"),
        ({"device": "quantum"}, "device='quantum'.*use cpu"),
    ],
)
def test_a_setting_out_of_range_is_refused_at_the_door(settings, said):
    with pytest.raises(InputError, match=said):
        Automaton(**settings)


def test_settings_make_the_method_again():
    method = Automaton(steps=20, levels="published", seeds="single", necrosis=0.25, cell_mm=1.5)
    assert Automaton(**method.settings()) == method


def test_numbers_of_numpy_are_kept_as_plain_ones():
    method = Automaton(steps=np.int64(20), necrosis=np.float32(0.25), contrast=np.int16(-40), cell_mm=np.float32(1.5))
    assert json.loads(json.dumps(method.settings())) == Automaton(20, necrosis=0.25, contrast=-40, cell_mm=1.5).settings()
