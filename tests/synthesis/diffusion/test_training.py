"""Both trainings: they learn, go on bit by bit, and refuse what they cannot learn from."""

import dataclasses
import math

import pandas as pd
import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.training import Plan, load
from atlas_lab.synthesis.diffusion import open_model, train_autoencoder, train_diffusion
from atlas_lab.synthesis.diffusion.crops import organs_in, prepared, tumours_in
from atlas_lab.synthesis.diffusion.networks import EMA_DECAY, LatentDiffusion
from atlas_lab.synthesis.diffusion.objectives import LearnTumours
from tests.synthesis.diffusion.tiny import PLAN, RECIPE, patient

GIVEN = {"recipe": RECIPE, "organs": ["liver"]}


@pytest.fixture(scope="module")
def patients():
    return [patient("P0"), patient("P1", 1)]


@pytest.fixture(scope="module")
def autoencoder(patients, tmp_path_factory):
    plan = dataclasses.replace(PLAN, steps=40, learning_rate=1e-2)
    return train_autoencoder(patients, folder=tmp_path_factory.mktemp("ae"), plan=plan, **GIVEN)


def weights(run):
    return load(run.folder / "last.ckpt")["network"]


def losses(run, name):
    return pd.read_csv(run.folder / "steps.csv")[name]


def test_the_autoencoder_learns_what_it_sees(autoencoder):
    l1 = losses(autoencoder, "l1")
    assert l1[-5:].mean() < 0.7 * l1[:5].mean()


def test_the_denoiser_learns_to_fill_the_hole(patients, autoencoder, tmp_path):
    plan = dataclasses.replace(PLAN, steps=60, learning_rate=1e-2)
    run = train_diffusion(patients, autoencoder, folder=tmp_path, plan=plan, **GIVEN)
    for part in ("tumour", "around"):
        values = losses(run, part)
        assert values[-10:].mean() < 0.7 * values[:10].mean(), part


def test_latents_have_unit_standard_deviation(patients, autoencoder):
    objective = learning(patients)
    objective._whole.autoencoder.load_state_dict(weights(autoencoder))
    objective.measure_latents()
    batches = iter(objective.batches(100, 0, 1))
    with torch.no_grad():
        latents = torch.cat([objective._whole.encode(next(batches)["image"]) for _ in range(8)])
    assert float(latents.std()) == pytest.approx(1, abs=0.15)


def test_a_training_that_stopped_goes_on_bit_by_bit(patients, autoencoder, tmp_path, monkeypatch):
    plan = dataclasses.replace(PLAN, steps=6)
    whole = train_diffusion(patients, autoencoder, folder=tmp_path / "whole", plan=plan, **GIVEN)
    after_step = LearnTumours.after_step

    def until_four(self, network, step):
        after_step(self, network, step)
        if step == 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(LearnTumours, "after_step", until_four)
        with pytest.raises(KeyboardInterrupt):
            train_diffusion(patients, autoencoder, folder=tmp_path / "parts", plan=plan, **GIVEN)
    again = train_diffusion(patients, autoencoder, folder=tmp_path / "parts", plan=plan, **GIVEN)
    assert again.step == 6
    for name, tensor in weights(whole).items():
        assert torch.equal(tensor, weights(again)[name]), name


def test_only_the_denoiser_learns_and_its_average_follows(patients, autoencoder, tmp_path):
    run = train_diffusion(patients, autoencoder, folder=tmp_path, plan=PLAN, **GIVEN)
    state = weights(run)
    for name, tensor in weights(autoencoder).items():
        assert torch.equal(state[f"autoencoder.{name}"], tensor), name
    denoiser = {name: tensor for name, tensor in state.items() if name.startswith("denoiser.")}
    apart = [name for name, tensor in denoiser.items() if not torch.equal(tensor, state[name.replace("denoiser", "average", 1)])]
    assert len(apart) > 0.9 * len(denoiser)


def test_the_average_is_an_exponential_one():
    network = LatentDiffusion(RECIPE.autoencoder, RECIPE.denoiser)
    value, mean = network.denoiser.conv_in.conv.weight, network.average.conv_in.conv.weight
    with torch.no_grad():
        value.fill_(1.0)
        mean.fill_(0.0)
    network.follow(1)
    assert mean.unique().tolist() == pytest.approx([1 - 2 / 11])
    with torch.no_grad():
        mean.fill_(0.0)
    network.follow(100_000)
    assert mean.unique().tolist() == pytest.approx([1 - EMA_DECAY])


def test_a_model_is_trained_on_from_another_with_its_networks_and_its_scale(patients, autoencoder, tmp_path):
    first = train_diffusion(patients, autoencoder, folder=tmp_path / "first", plan=PLAN, **GIVEN)
    plan = Plan(**PLAN.as_dict() | {"steps": 1})
    more = train_diffusion(patients, init_from=first, folder=tmp_path / "more", plan=plan, organs=["liver"], recipe="small")
    assert open_model(more).shapes == open_model(first).shapes
    assert torch.equal(weights(more)["scale"], weights(first)["scale"])
    assert load(more.checkpoint)["about"]["start"]["organs"] == ["liver"]
    assert open_model(first).network is not open_model(more).network
    step = weights(more)["denoiser.out.2.conv.weight"] - weights(first)["denoiser.out.2.conv.weight"]
    assert 0 < step.abs().max() < 2e-3


def test_a_training_leaves_the_opened_model_as_it_was(patients, autoencoder, tmp_path):
    first = train_diffusion(patients, autoencoder, folder=tmp_path / "first", plan=PLAN, **GIVEN)
    before = {name: tensor.clone() for name, tensor in open_model(first).network.state_dict().items()}
    train_diffusion(patients, init_from=first, folder=tmp_path / "more", plan=PLAN, organs=["liver"])
    for name, tensor in open_model(first).network.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_what_cannot_be_learned_from_is_refused_in_a_line(patients, autoencoder, tmp_path):
    other = dataclasses.replace(RECIPE, autoencoder=dataclasses.replace(RECIPE.autoencoder, latent_channels=4))
    healthy = [patient("P0", tumours=())]
    model = train_diffusion(patients, autoencoder, folder=tmp_path / "model", plan=PLAN, **GIVEN)
    for cases, start, options, said in (
        (healthy, autoencoder, {}, r"no tumour to learn from \(liver_tumor, 0 to inf mm\)"),
        ([patient("P0", without=("liver_tumor",))], autoencoder, {}, "no tumour to learn from"),
        (patients, autoencoder, {"diameter_mm": (0, 5)}, "0 to 5 mm"),
        (patients, autoencoder, {"diameter_mm": (0, -1)}, r"diameter_mm=\(0, -1\): give the least and the largest"),
        (patients, autoencoder, {"recipe": other}, "trained with another recipe"),
        (patients, None, {}, "give one of the two"),
        (patients, autoencoder, {"init_from": "small"}, "give one of the two"),
        (patients, model, {}, "checkpoint of a diffusion model, not of an autoencoder"),
        (patients, tmp_path / "nowhere", {}, "no such checkpoint"),
        (patients, autoencoder, {"plan": {"steps": 1}}, "give a Plan"),
    ):
        with pytest.raises(InputError, match=said):
            train_diffusion(cases, start, **{"folder": tmp_path / "x", "plan": PLAN, **GIVEN, **options})
    assert not (tmp_path / "x").exists()


def test_a_folder_with_something_else_is_refused_before_the_atlas_is_looked_at(tmp_path):
    (tmp_path / "notes.txt").touch()
    for training in (train_autoencoder, train_diffusion):
        with pytest.raises(InputError, match=r"holds something else than a training \(notes.txt\)"):
            training([], folder=tmp_path, plan=PLAN, **GIVEN)


def learning(patients):
    ready = prepared(patients, ["liver"], None, 2.0, 0)
    tumours = tumours_in(ready, organs_in(ready, ["liver"]), (0, math.inf))
    network = LatentDiffusion(RECIPE.autoencoder, RECIPE.denoiser)
    return LearnTumours(
        network, (RECIPE.autoencoder, RECIPE.denoiser), RECIPE.schedule, ready, tumours, RECIPE.grid,
        batch_size=2, workers=0, seed=0, organs=["liver"], start={},
    )  # fmt: skip
