"""Checkpoints open safely or not at all."""

import pickle

import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.training import load
from atlas_lab.learning.training.checkpoint import save


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_what_is_saved_is_loaded(tmp_path):
    save({"network": {"weight": torch.arange(3.0)}, "about": {"classes": ["liver"]}, "step": 4}, tmp_path / "a.ckpt")
    found = load(tmp_path / "a.ckpt")
    assert found["network"]["weight"].tolist() == [0, 1, 2]
    assert (found["about"], found["step"]) == ({"classes": ["liver"]}, 4)


def test_a_file_that_would_run_code_is_not_opened(tmp_path):
    torch.save({"format": 1, "network": Bomb(str(tmp_path / "ran"))}, tmp_path / "bomb.ckpt")
    with pytest.raises(InputError, match=r"bomb.ckpt: would run code when opened"):
        load(tmp_path / "bomb.ckpt")
    (tmp_path / "old.ckpt").write_bytes(pickle.dumps(Bomb(str(tmp_path / "ran"))))
    with pytest.raises(InputError, match=r"old.ckpt"):
        load(tmp_path / "old.ckpt")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"state_dict": {}}, "no checkpoint of atlas_lab"),
        ({"format": 99, "network": {}}, "newer atlas_lab"),
        ([1], "no checkpoint"),
    ],
)
def test_foreign_files_are_named_as_such(tmp_path, content, said):
    torch.save(content, tmp_path / "a.ckpt")
    with pytest.raises(InputError, match=said):
        load(tmp_path / "a.ckpt")


def test_damaged_and_missing_files_are_named(tmp_path):
    save({"network": {"weight": torch.zeros(1000)}}, tmp_path / "a.ckpt")
    (tmp_path / "a.ckpt").write_bytes((tmp_path / "a.ckpt").read_bytes()[:-700])
    with pytest.raises(InputError, match="is damaged"):
        load(tmp_path / "a.ckpt")
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "b.ckpt")


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    save({"network": {}, "step": 1}, tmp_path / "a.ckpt")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(InputError, match="the disk is full"):
        save({"network": {}, "step": 2}, tmp_path / "a.ckpt")
    monkeypatch.undo()
    assert load(tmp_path / "a.ckpt")["step"] == 1
