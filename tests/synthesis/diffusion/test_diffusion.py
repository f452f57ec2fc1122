"""Tumours out of a model: where they are, what stays, what is the same, and what the package's own model makes."""

import numpy as np
import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.training.checkpoint import save
from atlas_lab.synthesis.diffusion import Diffusion
from atlas_lab.synthesis.diffusion.networks import LatentDiffusion
from atlas_lab.synthesis.tissue import NoRoom, Site
from tests.synthesis.diffusion.test_model import about
from tests.synthesis.diffusion.tiny import RECIPE
from tests.synthesis.tissues import SPACINGS, ball, middle


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    """Knows nothing, but changes everything it may."""
    folder = tmp_path_factory.mktemp("model")
    save({"network": LatentDiffusion(RECIPE.autoencoder, RECIPE.denoiser).state_dict(), "about": about()}, folder / "last.ckpt")
    return folder


def grow(model, tissue, diameter_mm=16.0, seed=0, clipped=True, centre=None, **settings):
    site = Site(centre or middle(tissue), diameter_mm, clipped)
    return Diffusion(model, **settings).grow(tissue, site, np.random.default_rng(seed))


def diameter_mm(mask, spacing) -> float:
    return float(6 * mask.sum() * np.prod(spacing) / np.pi) ** (1 / 3)


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("asked", [8.0, 16.0, 40.0])
def test_a_tumour_has_the_diameter_that_was_asked_for(untrained, spacing, asked):
    grown = grow(untrained, ball(spacing=spacing), asked, steps=2)
    assert diameter_mm(grown.mask, spacing) == pytest.approx(asked, rel=0.05)
    assert grown.hu.dtype == np.float32
    assert np.isfinite(grown.hu).all()


@pytest.mark.parametrize("spacing", SPACINGS)
def test_a_tumour_never_leaves_its_organ_nor_enters_what_is_taken(untrained, spacing):
    tissue = ball(60.0, spacing)
    x, y, z = middle(tissue)
    tissue.taken[:, y + round(4 / spacing[1]) :] = True
    grown = grow(untrained, tissue, 18.0, centre=(x + round(22 / spacing[0]), y, z))
    outside = (~tissue.organ | tissue.taken)[grown.box]
    assert grown.mask.any()
    assert not (grown.mask & outside).any()
    assert not (grown.region & outside).any()


def test_only_the_soft_edge_changes_and_the_tissue_itself_never(untrained):
    tissue = ball()
    before = tissue.hu.copy()
    grown = grow(untrained, tissue)
    assert np.array_equal(tissue.hu, before)
    assert grown.region[grown.mask].all()
    assert grown.region.mean() < 0.5
    far = ~grown.region
    assert np.abs(grown.hu - before[grown.box])[far].max() < 3
    assert np.abs(grown.hu - before[grown.box])[grown.mask].max() > 3


def test_a_tumour_of_the_surface_may_bulge_out(untrained):
    tissue = ball(60.0, organ="kidney")
    x, y, z = middle(tissue)
    grown = grow(untrained, tissue, 18.0, clipped=False, centre=(x + 27, y, z))
    assert (grown.mask & ~tissue.organ[grown.box]).any()
    assert diameter_mm(grown.mask, tissue.spacing) == pytest.approx(18.0, rel=0.05)


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_at_the_cts_border_the_crop_goes_on(untrained, dtype):
    tissue = ball(60.0, dtype=dtype)
    tissue.organ[:] = True
    grown = grow(untrained, tissue, 12.0, centre=(6, 40, 40))
    assert np.isfinite(grown.hu).all()
    assert diameter_mm(grown.mask, tissue.spacing) == pytest.approx(12.0, rel=0.05)


def test_the_same_generator_gives_the_same_bytes_on_any_number_of_threads(untrained):
    tissue, before = ball(), torch.get_num_threads()
    try:
        grown = []
        for threads in (1, 2):
            torch.set_num_threads(threads)
            grown.append(grow(untrained, tissue, 16.0, seed=3))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
    assert np.array_equal(grown[0].hu, grown[1].hu)
    assert not np.array_equal(grown[0].hu, grow(untrained, tissue, 16.0, seed=4).hu)


def test_early_tumours_take_few_steps_and_larger_ones_more(untrained):
    tissue = ball()
    assert grow(untrained, tissue, 19.9).settings["steps"] == 2
    assert grow(untrained, tissue, 20.0).settings["steps"] == 10
    assert grow(untrained, tissue, 20.0, steps=1).settings["steps"] == 1


def test_the_settings_make_the_method_again(untrained):
    method = Diffusion(untrained, steps=4)
    assert method.settings() == {"model": str(untrained), "steps": 4, "device": "cpu"}
    assert Diffusion(**method.settings()) == method


def test_what_cannot_be_is_refused_in_a_line(untrained, tmp_path):
    for settings, said in (
        ({"model": tmp_path / "nowhere"}, "no such folder or checkpoint"),
        ({"steps": 0}, "steps=0: give a whole number"),
        ({"steps": 2.0}, "steps=2.0"),
    ):
        with pytest.raises(InputError, match=said):
            Diffusion(**settings)
    with pytest.raises(InputError, match="steps=3: give a whole number that divides the schedule's 20"):
        grow(untrained, ball(), steps=3)
    with pytest.raises(InputError, match="device tpu9: is not here; choose cpu"):
        grow(untrained, ball(), device="tpu9")
    with pytest.raises(NoRoom, match="liver: no room for a tumour of 40 mm"):
        grow(untrained, ball(20.0), 40.0)
    broken = ball(60.0, dtype=np.float32)
    broken.hu[2, 40, 40] = np.nan
    with pytest.raises(InputError, match="liver: the CT around has voxels that are no number"):
        grow(untrained, broken, 12.0, centre=(10, 40, 40))


@pytest.mark.parametrize("diameter", [10.0, 16.0])
def test_the_packages_model_makes_tumours_darker_than_a_portal_liver(diameter):
    """Of one level and white noise: no phantom it was taught on."""
    tissue = ball(noise=10.0)
    contrasts = [
        float(grown.hu[grown.mask].mean()) - tissue.level
        for grown in (grow(None, tissue, diameter, seed=seed) for seed in range(4))
    ]
    assert all(-130 < contrast < -10 for contrast in contrasts), contrasts
    assert np.mean(contrasts) < -2 * tissue.noise
