"""What is logged is on disk at once, and a training that goes on leaves no trace of what it does again."""

from types import SimpleNamespace

import pandas as pd
import pytest
import torch
from PIL import Image

from atlas_lab.figures.sheet import Sheet
from atlas_lab.learning.training import Plan
from atlas_lab.learning.training.log import Log, example_pictures

PLAN = Plan(steps=100, accelerator="cpu")


def log(folder, step=0, first=True):
    precision = SimpleNamespace(precision=SimpleNamespace(precision="32-true"))
    fabric = SimpleNamespace(device=torch.device("cpu"), world_size=1, strategy=precision, is_global_zero=first)
    return Log(folder, PLAN, fabric, {}, step, 0.0)


def row(step):
    return {"step": step, "loss": 1 / step, "seconds": float(step)}


def test_a_row_is_on_disk_when_it_is_logged(tmp_path):
    with log(tmp_path) as opened:
        for step in (10, 20):
            opened.step(row(step))
            assert pd.read_csv(tmp_path / "steps.csv")["step"].iloc[-1] == step
        opened.validation({"step": 20, "dsc": 0.5})
        assert pd.read_csv(tmp_path / "validations.csv")["dsc"].tolist() == [0.5]


def test_a_training_that_goes_on_removes_what_came_after(tmp_path):
    with log(tmp_path) as opened:
        for step in (10, 20, 30):
            opened.step(row(step))
            opened.validation({"step": step, "dsc": 0.1})
            opened.examples(step, Sheet(1, 1))
    with (tmp_path / "steps.csv").open("a") as file:
        file.write("40,0.")
    with log(tmp_path, step=20):
        assert pd.read_csv(tmp_path / "steps.csv")["step"].tolist() == [10, 20]
        assert pd.read_csv(tmp_path / "validations.csv")["step"].tolist() == [10, 20]
        assert list(example_pictures(tmp_path)) == [10, 20]


def test_the_first_and_the_newest_pictures_are_kept(tmp_path):
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "step_10_of_mine.png").touch()  # is left alone
    with log(tmp_path) as opened:
        opened.examples(5, None)
        for step in range(10, 110, 10):
            opened.examples(step, Sheet(1, 1))
    found = example_pictures(tmp_path)
    assert list(found) == [10, 60, 70, 80, 90, 100]
    assert found[10] == tmp_path / "examples" / "step_000010.png"
    with Image.open(found[100]) as picture:
        assert picture.size == (100, 100)


def test_of_several_processes_the_first_alone_writes(tmp_path):
    with log(tmp_path, first=False) as opened:
        opened.step(row(1))
        opened.validation({"step": 1, "dsc": 0.5})
        opened.examples(1, Sheet(1, 1))
    assert list(tmp_path.iterdir()) == []


def test_an_error_goes_on_its_way(tmp_path):
    with pytest.raises(ZeroDivisionError), log(tmp_path):
        _ = 1 / 0
