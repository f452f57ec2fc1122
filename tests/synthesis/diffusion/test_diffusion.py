"""Tumours out of a model: where they are, what stays, what is the same, and what the package's own model makes."""

import hashlib
import json

import numpy as np
import pytest
import torch

from atlas_lab.data.phantom import patient
from atlas_lab.errors import InputError
from atlas_lab.learning.training.checkpoint import save
from atlas_lab.synthesis import Handcrafted, remake, synthesize
from atlas_lab.synthesis.contrast import contrast_range
from atlas_lab.synthesis.diffusion import Diffusion
from atlas_lab.synthesis.diffusion.model import FOLDER, MANIFEST
from atlas_lab.synthesis.diffusion.networks import LatentDiffusion
from atlas_lab.synthesis.methods import weights_of
from atlas_lab.synthesis.tissue import NoRoom, Site
from tests.synthesis.cases import by_hand
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
    change = np.abs(grown.hu - before[grown.box])
    assert change[~grown.region].max() < 0.02 * change[grown.mask].max()


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


@pytest.mark.parametrize("phase", ["non_contrast", "portal"])
@pytest.mark.parametrize("organ", ["liver", "pancreas", "kidney"])
def test_a_fitted_tumour_has_the_contrast_of_its_organ_and_phase(untrained, organ, phase):
    tissue = ball(60.0, organ=organ, phase=phase, noise=3.0, dtype=np.float32)
    low, high = contrast_range(organ, phase)
    for seed in range(3):
        grown = grow(untrained, tissue, 12.0, seed, steps=1)
        contrast = float(grown.hu[grown.mask].mean()) - tissue.level
        assert low - 0.01 <= contrast <= high + 0.01
        assert grown.settings["contrast_hu"] == pytest.approx(contrast, abs=0.01)


def test_a_sampled_tumour_keeps_the_contrast_that_the_model_gave(untrained):
    tissue = ball(60.0)
    sampled, fitted = (grow(untrained, tissue, 12.0, contrast=contrast) for contrast in ("sampled", "fitted"))
    assert sampled.settings["contrast_hu"] == sampled.settings["sampled_contrast_hu"] == fitted.settings["sampled_contrast_hu"]
    assert sampled.hu[sampled.mask].mean() - tissue.level == pytest.approx(sampled.settings["contrast_hu"], abs=0.01)
    assert fitted.settings["contrast_hu"] != sampled.settings["contrast_hu"]


def test_the_level_alone_is_fitted_form_and_texture_stay(untrained):
    tissue = ball(60.0)
    sampled, fitted = (grow(untrained, tissue, 16.0, contrast=contrast) for contrast in ("sampled", "fitted"))
    assert np.array_equal(sampled.mask, fitted.mask)
    assert np.array_equal(sampled.region, fitted.region)
    offset = (fitted.hu - sampled.hu)[fitted.mask]
    deep = np.abs(offset) > 0.999 * np.abs(offset).max()
    assert np.abs(offset).min() > 0.3 * np.abs(offset).max()  # the mask's sharp corners are soft
    assert deep.mean() > 0.5


def test_a_fitted_tumour_is_made_again_from_its_record(untrained):
    made = synthesize(by_hand(), "kidney", Diffusion(untrained, steps=1), "early", 2, seed=1)
    assert made.record["method"]["settings"]["contrast"] == "fitted"
    assert remake(by_hand(), made.record).case.ct.array.tobytes() == made.case.ct.array.tobytes()


def test_a_record_knows_a_model_that_was_trained_anew(tmp_path):
    def train(seed):
        network = LatentDiffusion(RECIPE.autoencoder, RECIPE.denoiser, seed)
        save({"network": network.state_dict(), "about": about()}, tmp_path / "last.ckpt")

    train(0)
    made = synthesize(by_hand(), "kidney", Diffusion(tmp_path, steps=1), "early", 1, seed=1)
    file = hashlib.sha256((tmp_path / "last.ckpt").read_bytes()).hexdigest()
    record = json.loads(json.dumps(made.record))
    assert record["method"]["weights"] == file
    train(1)
    with pytest.raises(InputError, match=f"diffusion: its model .{tmp_path}. has other weights now") as error:
        remake(by_hand(), record)
    assert "\n" not in str(error.value)
    del record["method"]["weights"]  # an older record
    assert not np.array_equal(remake(by_hand(), record).case.ct.array, made.case.ct.array)


def test_the_weights_of_the_packages_model_are_those_of_its_manifest():
    assert weights_of(Diffusion()) == json.loads((FOLDER / MANIFEST).read_text(encoding="utf-8"))["sha256"]
    assert weights_of(Handcrafted()) is None


def test_the_settings_make_the_method_again(untrained):
    method = Diffusion(untrained, steps=4)
    assert method.settings() == {"model": str(untrained), "steps": 4, "device": "cpu", "contrast": "fitted"}
    assert Diffusion(**method.settings()) == method
    assert type(Diffusion(untrained, steps=np.int64(4)).steps) is int


def test_small_is_the_packages_model():
    assert Diffusion(model="small") == Diffusion()


def test_what_cannot_be_is_refused_in_a_line(untrained, tmp_path):
    for settings, said in (
        ({"model": tmp_path / "nowhere"}, "no such folder or checkpoint"),
        ({"steps": 0}, "steps=0: give a whole number"),
        ({"steps": 2.0}, "steps=2.0"),
        ({"contrast": "fited"}, "contrast='fited': did you mean 'fitted'"),
        ({"contrast": -40.0}, "contrast=-40.0: choose from fitted, sampled"),
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
        for grown in (grow(None, tissue, diameter, seed=seed, contrast="sampled") for seed in range(4))
    ]
    assert all(-130 < contrast < -10 for contrast in contrasts), contrasts
    assert np.mean(contrasts) < -2 * tissue.noise


@pytest.mark.parametrize("phase", ["arterial", "portal"])
def test_the_packages_model_makes_a_phantoms_pancreatic_tumours_in_range(phase):
    case = patient(0, roi="pancreas", spacing=2.0, phase=phase, lesions=[]).case("phantom")
    made = [synthesize(case, "pancreas", Diffusion(steps=1), "early", 1, seed=seed) for seed in range(3)]
    low, high = contrast_range("pancreas", phase)
    assert all(low - 0.5 <= tumour.contrast_hu <= high + 0.5 for one in made for tumour in one.tumours)
