"""A configuration in a file: what is in the package can be used, and what is wrong is named."""

import pytest

from atlas_lab.errors import InputError
from atlas_lab.synthesis.diffusion.recipe import NAMES, Recipe, check_steps, made, plain


@pytest.mark.parametrize("name", NAMES)
def test_the_packages_own_can_be_read(name):
    recipe = Recipe.of(name)
    assert recipe.train_diffusion.planned().steps
    assert made(type(recipe.denoiser), plain(recipe.denoiser)) == recipe.denoiser


def test_the_full_one_is_the_published_configuration():
    recipe = Recipe.of("full")
    assert (recipe.grid.spacing_mm, recipe.grid.patch, recipe.grid.width_hu) == (1.0, 96, 425)
    assert (recipe.autoencoder.latent_channels, recipe.grid.patch // recipe.autoencoder.factor) == (8, 24)
    assert (recipe.schedule.timesteps, recipe.schedule.early_steps, recipe.schedule.late_steps) == (200, 4, 50)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("patch:", "pach:"), "grid: unknown 'pach': did you mean 'patch'"),
        (("grid:", "gird:"), "unknown 'gird': did you mean 'grid'"),
        (("patch: 32", "patch: 30"), "grid.patch=30: these networks take sides that are multiples of 8"),
        (("early_steps: 4", "early_steps: 3"), "steps=3: give a whole number that divides the schedule's 200"),
        (("learning_rate", "learning_rat"), "train_autoencoder.plan: unknown 'learning_rat': did you mean 'learning_rate'"),
        (("patch: 32", "patch: wide"), "grid.patch='wide': give a whole number, 1 or more"),
        (("width_hu: 300", "width_hu: 0"), "grid.width_hu=0: give a number above 0"),
        (("channels: [16, 32]", "channels: 16"), "autoencoder.channels=16: give a list of whole numbers"),
        (("channels: [16, 32]", "channels: [16, 36]"), r"autoencoder.channels=\[16, 36\]: give multiples of its groups, 8"),
        (("[false, false, false]", "[1, 2, 3]"), "a list of true and false"),
        (("[false, false, false]", "[false]"), "one for each of its channels"),
        (("timesteps: 200", "timesteps: many"), "schedule.timesteps='many': give a whole number"),
        (("batch_size: 4", "batch_size: 0"), "train_autoencoder.batch_size=0: give a whole number, 1 or more"),
        (("2.0e-3", "2e-3"), "train_autoencoder.plan: learning_rate='2e-3': give a number above 0; in a YAML file 1e-3 is"),
        (("groups: 8}\ndenoiser", "groups: 8\ndenoiser"), "cannot be read as YAML"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_in_a_line(tmp_path, change, said):
    from atlas_lab.synthesis.diffusion import recipe

    text = (recipe._HERE / "small.yaml").read_text()
    assert change[0] in text
    path = tmp_path / "mine.yaml"
    path.write_text(text.replace(*change, 1))
    with pytest.raises(InputError, match=said) as found:
        Recipe.of(path)
    assert "\n" not in str(found.value)


def test_a_name_that_is_none_is_refused():
    with pytest.raises(InputError, match="recipe 'smal': no such file; or give one of small, full"):
        Recipe.of("smal")


@pytest.mark.parametrize("steps", [0, 3, 201, True, 4.0])
def test_steps_divide_the_schedule(steps):
    with pytest.raises(InputError, match="divides the schedule's 200"):
        check_steps(steps, 200)
