"""The loop learns, logs, goes on after a kill as if nothing had been, and says what went wrong."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.training import Plan, load, train
from tests.learning.training.lines import Line
from tests.learning.training.planes import Plane

ROOT = Path(__file__).parents[3]
PLAN = Plan(steps=40, learning_rate=0.05, accelerator="cpu", precision="32-true", checkpoint_every=7, log_every=5)


def weights(folder, name="last.ckpt"):
    return load(folder / name)["network"]


def same(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_it_learns_and_says_so(tmp_path):
    trained = train(Line(validate=True), Plan(steps=300, learning_rate=0.05, accelerator="cpu", validate_every=100), tmp_path)
    steps, validations = pd.read_csv(tmp_path / "steps.csv"), pd.read_csv(tmp_path / "validations.csv")
    assert steps["loss"].iloc[-5:].mean() < 0.8 * steps["loss"].iloc[:2].mean()
    assert validations["score"].iloc[-1] > validations["score"].iloc[0]
    assert validations["step"].tolist() == [100, 200, 300]
    assert trained.step == 300
    assert trained.validation["score"] == pytest.approx(validations["score"].iloc[-1])
    assert {"step", "loss", "squared", "size", "learning_rate", "patches_per_second", "seconds"} == set(steps.columns)
    assert list((tmp_path / "tensorboard").iterdir())


def test_the_best_checkpoint_is_that_of_the_best_validation(tmp_path):
    trained = train(Line(validate=True), Plan(steps=300, learning_rate=0.05, accelerator="cpu", validate_every=50), tmp_path)
    validations = pd.read_csv(tmp_path / "validations.csv").set_index("step")
    assert load(trained.checkpoint)["step"] == validations["score"].idxmax()
    assert trained.checkpoint.name == "best.ckpt"


def test_two_trainings_with_one_seed_are_the_same_and_leave_the_global_chance_alone(tmp_path):
    before = torch.get_rng_state()
    for name in ("one", "other"):
        train(Line(), PLAN, tmp_path / name)
    assert same(weights(tmp_path / "one"), weights(tmp_path / "other"))
    assert torch.equal(torch.get_rng_state(), before)
    train(Line(), Plan(**PLAN.as_dict() | {"seed": 1}), tmp_path / "seed")
    assert not same(weights(tmp_path / "one"), weights(tmp_path / "seed"))


@pytest.mark.parametrize("accumulate", [1, 3])
def test_a_training_that_stopped_goes_on_bit_by_bit(tmp_path, accumulate):
    plan = Plan(**PLAN.as_dict() | {"accumulate": accumulate})
    train(Line(), plan, tmp_path / "whole")
    with pytest.raises(InputError, match="no number"):
        train(Line(break_at=25 * accumulate), plan, tmp_path / "parts")
    assert load(tmp_path / "parts" / "last.ckpt")["step"] == 21
    resumed = train(Line(seed=9), plan, tmp_path / "parts")  # its own first weights do not matter
    assert resumed.step == 40
    assert same(weights(tmp_path / "whole"), weights(tmp_path / "parts"))
    whole, parts = (pd.read_csv(tmp_path / name / "steps.csv") for name in ("whole", "parts"))
    assert parts["step"].is_unique
    assert parts["step"].iloc[-1] == whole["step"].iloc[-1] == 40


@pytest.mark.slow
def test_a_killed_training_ends_with_the_weights_of_one_that_was_not(tmp_path):
    code = (
        "import sys; from pathlib import Path; from atlas_lab.learning.training import Plan, train;"
        "from tests.learning.training.lines import Line;"
        "train(Line(), Plan(steps=600, accelerator='cpu', precision='32-true', checkpoint_every=20), Path(sys.argv[1]))"
    )
    run = [sys.executable, "-c", code]
    subprocess.run([*run, str(tmp_path / "whole")], check=True, cwd=ROOT)
    killed = subprocess.Popen([*run, str(tmp_path / "killed")], cwd=ROOT)
    while not (tmp_path / "killed" / "last.ckpt").exists():
        time.sleep(0.02)
        assert killed.poll() is None
    time.sleep(0.2)
    os.kill(killed.pid, signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert load(tmp_path / "killed" / "last.ckpt")["step"] < 600
    subprocess.run([*run, str(tmp_path / "killed")], check=True, cwd=ROOT)
    assert same(weights(tmp_path / "whole"), weights(tmp_path / "killed"))


def test_accumulated_batches_make_one_step(tmp_path):
    line = Line()
    train(line, Plan(**PLAN.as_dict() | {"accumulate": 4, "steps": 5}), tmp_path)
    assert line.steps == [0, 1, 2, 3, 4]


def test_accumulated_batches_teach_what_one_batch_of_all_of_them_does(tmp_path):
    train(Plane(), Plan(**PLAN.as_dict() | {"accumulate": 3}), tmp_path / "parts")
    train(Plane(rows=3), PLAN, tmp_path / "whole")
    parts, whole = weights(tmp_path / "parts"), weights(tmp_path / "whole")
    for name, tensor in whole.items():
        torch.testing.assert_close(parts[name], tensor, rtol=1e-4, atol=1e-5)


def test_fp16_scales_its_loss_and_goes_on_with_the_same_scale(tmp_path):
    plan = Plan(**PLAN.as_dict() | {"precision": "16-mixed", "clip_norm": 1.0})
    train(Line(), plan, tmp_path / "whole")
    with pytest.raises(InputError, match="no number"):
        train(Line(break_at=25), plan, tmp_path / "parts")
    train(Line(), plan, tmp_path / "parts")
    assert load(tmp_path / "whole" / "last.ckpt")["precision"]["scale"] >= 1
    assert same(weights(tmp_path / "whole"), weights(tmp_path / "parts"))
    losses = pd.read_csv(tmp_path / "whole" / "steps.csv")["squared"]
    assert losses.iloc[-1] < losses.iloc[0]


def test_a_loss_that_is_no_number_names_the_step_and_the_case_and_keeps_the_checkpoint_before(tmp_path):
    with pytest.raises(InputError, match=r"no number at step 16 .*case15.*lower the learning rate"):
        train(Line(break_at=15), PLAN, tmp_path)
    saved = load(tmp_path / "last.ckpt")
    assert saved["step"] == 14
    assert all(torch.isfinite(tensor).all() for tensor in saved["network"].values())


def test_a_budget_in_minutes_ends(tmp_path):
    begun = time.time()
    trained = train(Line(), Plan(steps=None, minutes=0.02, accelerator="cpu"), tmp_path)
    assert trained.step > 3
    assert time.time() - begun < 30
    assert load(trained.checkpoint)["plan"]["minutes"] == 0.02


def test_another_training_in_the_folder_is_not_gone_on_with(tmp_path):
    train(Line(), PLAN, tmp_path)
    other = Line()
    other.about["classes"] = ["z"]
    with pytest.raises(InputError, match=r"something else \(classes: \['y'\], now \['z'\]\)"):
        train(other, PLAN, tmp_path)
    with pytest.raises(InputError, match="holds a training already"):
        train(Line(), PLAN, tmp_path, resume=False)


def test_a_finished_training_is_left_as_it_is(tmp_path):
    train(Line(), PLAN, tmp_path)
    before = (tmp_path / "last.ckpt").read_bytes()
    assert train(Line(), PLAN, tmp_path).step == 40
    assert (tmp_path / "last.ckpt").read_bytes() == before


def gpu_memory():
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


@pytest.mark.parametrize(
    "too_much",
    [lambda: torch.zeros(1 << 60), lambda: torch.from_numpy(np.empty(1 << 58)), gpu_memory],
    ids=["cpu", "batch", "gpu"],
)
def test_too_little_memory_comes_with_advice(tmp_path, too_much):
    line = Line()
    line.loss = lambda *_: {"all": too_much().sum()}
    with pytest.raises(InputError, match=r"did not suffice for the first step; halve batch_size"):
        train(line, PLAN, tmp_path)


def test_a_device_that_is_not_there_is_named(tmp_path):
    if torch.cuda.is_available():
        pytest.skip("this machine has one")
    with pytest.raises(InputError, match="accelerator='cuda'"):
        train(Line(), Plan(accelerator="cuda"), tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": None}, {"steps": 0}, {"steps": 2.5}, {"minutes": -1}, {"learning_rate": 0}, {"warm_up": 1}, {"devices": 0},
        {"precision": "bf16"}, {"accumulate": True},
    ],
)  # fmt: skip
def test_plans_that_cannot_be_are_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        Plan(**wrong)


def test_the_learning_rate_rises_and_falls():
    plan = Plan(steps=100, learning_rate=2.0, warm_up=0.1)
    assert [plan.rate(progress) for progress in (0, 0.05, 0.1, 0.55, 1)] == pytest.approx([0, 1, 2, 1, 0])
    assert Plan(steps=None, minutes=2).progress(10**6, 60) == 0.5
    assert Plan(steps=10, minutes=2).progress(9, 60) == 0.9
