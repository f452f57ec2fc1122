"""Several devices train what one would with their batches together, started from a script or a notebook, and end together."""

import os
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import torch
from nbclient import NotebookClient

from atlas_lab.errors import InputError
from atlas_lab.learning.training import Plan, load, train
from atlas_lab.learning.training.processes import together
from tests.learning.training.planes import Plane

pytestmark = pytest.mark.slow  # each process imports torch
ROOT = Path(__file__).parents[3]
PLAN = Plan(steps=20, learning_rate=0.05, accelerator="cpu", precision="32-true", checkpoint_every=4, log_every=5)
TWO = Plan(**PLAN.as_dict() | {"devices": 2})

HERE = """
from pathlib import Path
import os, torch
from atlas_lab.learning.training import Plan, train
from tests.learning.training.planes import Plane

class Mine(Plane):
    about = {"kind": "mine"}
    def after_step(self, network, step):
        Path(FOLDER, f"rank{os.environ['LOCAL_RANK']}-threads{torch.get_num_threads()}").touch()

torch.nn.Linear(9, 9)(torch.rand(9, 9)).sum().backward()  # a network has run before
trained = train(Mine(), Plan(steps=2, devices=2, accelerator="cpu"), Path(FOLDER))
print("steps", trained.step)
"""


def test_two_devices_learn_what_one_learns_from_the_double_batch(tmp_path):
    shared, alone = Plane(), Plane(rows=2)
    assert train(shared, TWO, tmp_path / "two").step == 20
    train(alone, PLAN, tmp_path / "one")
    one, two = load(tmp_path / "one" / "last.ckpt")["network"], load(tmp_path / "two" / "last.ckpt")["network"]
    for name, tensor in one.items():
        torch.testing.assert_close(two[name], tensor, rtol=1e-4, atol=1e-5)
        assert torch.equal(shared.network.state_dict()[name], two[name])  # the caller's network has learned too
    assert torch.equal(one["unused.weight"], Plane().network.unused.weight)
    logs = {name: pd.read_csv(tmp_path / name / "steps.csv") for name in ("one", "two")}
    assert logs["two"]["step"].tolist() == logs["one"]["step"].tolist() == [4, 8, 12, 16, 20]
    assert logs["two"]["squared"].tolist() == pytest.approx(logs["one"]["squared"].tolist(), rel=1e-3)


def test_what_is_wrong_on_one_device_stops_all_and_is_told_as_always(tmp_path):
    with pytest.raises(InputError, match=r"no number at step 6 .*cases case11\)"):
        train(Plane(break_at="case11"), TWO, tmp_path)
    saved = load(tmp_path / "last.ckpt")
    assert saved["step"] == 4
    assert all(torch.isfinite(tensor).all() for tensor in saved["network"].values())


def test_a_notebook_can_start_it_and_goes_on_alone(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(f"FOLDER = {str(tmp_path)!r}\n{HERE}")])
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(ROOT)}}).execute()
    assert [output.text for output in notebook.cells[0].outputs] == ["steps 2\n"]
    assert {path.name[:5] for path in tmp_path.glob("rank*")} == {"rank0", "rank1"}


def test_errors_of_ours_and_ends_from_outside_are_told_apart():
    with pytest.raises(RuntimeError, match=r"failed:(\n.*)*ZeroDivisionError"):
        together(divmod, (1, 0), 1)
    with pytest.raises(RuntimeError, match="was ended from outside"):
        together(os._exit, (3,), 1)
    with pytest.raises(InputError, match="cannot be handed to other processes"):
        together(print, ((number for number in range(3)),), 2)


def test_a_script_can_start_them_and_they_end_with_it(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from atlas_lab.learning.training.processes import together;"
        "f = lambda folder: (Path(folder, 'started').touch(), time.sleep(2), Path(folder, 'survived').touch());"
        "together(f, (sys.argv[1],), 1)"
    )
    caller = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT)
    while not (tmp_path / "started").exists():
        time.sleep(0.05)
        assert caller.poll() is None
    caller.kill()
    caller.wait()
    time.sleep(2.5)
    assert not (tmp_path / "survived").exists()
