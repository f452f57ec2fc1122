"""A training is watched through its logs, wherever it runs, and a picture of it stands in the notebook."""

import base64
import importlib
import io
import json
import time

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient
from PIL import Image

from atlas_lab.errors import InputError
from atlas_lab.learning.training import Plan, train
from atlas_lab.viewers import training
from atlas_lab.viewers.training_words import duration
from tests.learning.training.lines import Line

PLAN = Plan(steps=40, accelerator="cpu", precision="32-true", log_every=5, validate_every=20)

CELLS = [
    "from pathlib import Path\nimport atlas_lab as al\nfrom atlas_lab.learning.training import Plan, train\n"
    "from tests.learning.training.lines import Line",
    "viewer = al.viewers.training('run')\nviewer",
    "train(Line(validate=True), Plan(steps=40, accelerator='cpu', precision='32-true', log_every=5), Path('run'))",
    "viewer",
]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Logs are looked at ten times a second, and the pace of drawing is not what is tested."""
    module = importlib.import_module("atlas_lab.viewers.training")  # the room's own `training` is the function
    monkeypatch.setattr(module, "_EVERY", 0.1)
    monkeypatch.setattr(module, "_SHARE", 100.0)


def running(folder, rows=30, **status):
    """A training somewhere else, in the middle of its way."""
    folder.mkdir(parents=True, exist_ok=True)
    step = np.arange(1, rows + 1) * 10
    pd.DataFrame(
        {"step": step, "loss": 1 / step, "learning_rate": 1e-3, "patches_per_second": 12.0, "seconds": step / 10}
    ).to_csv(folder / "steps.csv", index=False)
    said = {
        "state": "running", "step": int(step[-1]), "seconds": rows, "used": 0.3, "begun": 0.0, "started": time.time() - 180,
        "written": time.time(), "host": "elsewhere", "process": 1, "device": "NVIDIA H100", "precision": "bf16-mixed",
        "plan": {"steps": 1000, "minutes": None}, "about": {"kind": "supervised", "classes": ["liver", "spleen"]},
    }  # fmt: skip
    (folder / "status.json").write_text(json.dumps(said | status))
    return folder


def words(viewer):
    return viewer.children[0].value


def picture(viewer):
    data = viewer._repr_mimebundle_()
    return Image.open(io.BytesIO(base64.b64decode(data["image/png"])))


def until(true, seconds=20):
    end = time.time() + seconds
    while not true():
        assert time.time() < end
        time.sleep(0.05)


def test_a_training_elsewhere_says_where_it_is_and_when_it_will_be_done(tmp_path):
    viewer = training(running(tmp_path / "run"))
    for said in ("running", "300, 30% of 1,000 steps", "about 7 min", "NVIDIA H100, bf16-mixed", str(tmp_path / "run"), "12"):
        assert said in words(viewer)
    assert viewer.live
    assert picture(viewer).width > 600
    viewer.close()
    assert not viewer.live


def test_it_follows_and_stops_by_itself_when_the_training_is_done(tmp_path):
    folder = running(tmp_path / "run")
    viewer = training(folder)
    first = bytes(viewer.children[1].value)
    assert first[:4] == b"\x89PNG"
    running(folder, rows=100, state="done", used=1.0)
    until(lambda: not viewer.live)
    assert bytes(viewer.children[1].value) != first
    assert "1,000, 100% of 1,000 steps" in words(viewer)
    assert "time left" not in words(viewer)


def test_what_train_returned_is_watched_too_and_shows_its_newest_examples(tmp_path):
    trained = train(Line(validate=True), PLAN, tmp_path / "line")
    (tmp_path / "line" / "examples").mkdir()
    for step, colour in ((20, "red"), (40, "lime")):
        Image.new("RGB", (300, 100), colour).save(tmp_path / "line" / "examples" / f"step_{step:06d}.png")
    viewer = training(trained)
    assert not viewer.live
    assert "done" in words(viewer)
    assert "score" in words(viewer)
    assert Image.open(io.BytesIO(viewer.children[2].value)).getpixel((5, 5)) == (0, 255, 0)
    pixels = np.asarray(picture(viewer).convert("RGB"))
    assert (pixels == (0, 255, 0)).all(axis=2).sum() == 30_000


def test_a_killed_training_is_shown_as_stopped_and_waited_for(tmp_path):
    viewer = training(running(tmp_path, written=time.time() - 3600))
    assert "stopped: nothing heard of it for 60 minutes" in words(viewer)
    assert viewer.live  # it may go on
    viewer.close()


def test_several_trainings_are_compared_by_name(tmp_path):
    running(tmp_path / "scratch", state="done")
    running(tmp_path / "supervised" / "seed_1")
    viewer = training(tmp_path)
    assert words(viewer).index("scratch") < words(viewer).index("supervised/seed_1")
    assert viewer.live
    running(tmp_path / "later")
    viewer.refresh()
    assert "later" in words(viewer)
    viewer.close()


def test_a_fresh_folder_is_waited_for(tmp_path):
    viewer = training(tmp_path / "run")
    assert "no log yet" in words(viewer)
    assert str(tmp_path / "run") in words(viewer)
    assert picture(viewer).width > 300
    running(tmp_path / "run")
    until(lambda: viewer.children[1].value)
    assert "running" in words(viewer)
    viewer.close()


def test_a_damaged_log_is_said_and_read_again_when_it_is_whole(tmp_path):
    folder = running(tmp_path / "run")
    viewer = training(folder)
    (folder / "status.json").write_text("{")
    until(lambda: "cannot be read" in words(viewer))
    running(folder)
    until(lambda: "running" in words(viewer))
    viewer.close()


def test_names_are_text_not_html(tmp_path):
    viewer = training(running(tmp_path / "<b>run"))
    assert "<b>run" not in words(viewer)
    viewer.close()


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InputError, match="holds no training"):
        training(tmp_path)
    with pytest.raises(InputError, match="not NoneType"):
        training(None)


@pytest.mark.slow
def test_the_picture_in_an_executed_notebook_is_that_after_the_training(tmp_path):
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    cells[0].source = f"import os, sys\nsys.path.insert(0, os.getcwd())\nos.chdir({str(tmp_path)!r})\n" + cells[0].source
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    executed = NotebookClient(notebook, store_widget_state=False).execute()
    before, after = (
        next(base64.b64decode(output.data["image/png"]) for output in executed.cells[n].outputs if "image/png" in output.data)
        for n in (1, 3)
    )
    assert before == after
    assert Image.open(io.BytesIO(before)).height > 300


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(4.2, "4 s"), (59.7, "1 min"), (754, "13 min"), (3599, "1 h 00 min"), (11100, "3 h 05 min"), (200000, "2 d 7 h")],
)
def test_times_are_said_as_people_say_them(seconds, said):
    assert duration(seconds) == said
