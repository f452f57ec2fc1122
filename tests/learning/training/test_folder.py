"""A training's folder is looked at before the work begins."""

import pytest

from atlas_lab.errors import InputError
from atlas_lab.learning.training import Plan, train
from atlas_lab.learning.training.folder import check_folder
from tests.learning.training.lines import Line

PLAN = Plan(steps=2, accelerator="cpu", precision="32-true")


def test_a_new_an_empty_and_a_trainings_own_folder_are_taken(tmp_path):
    check_folder(tmp_path / "new")
    check_folder(tmp_path)
    train(Line(), PLAN, tmp_path)
    check_folder(tmp_path)
    (tmp_path / "last.ckpt").unlink()  # stopped before its first checkpoint
    check_folder(tmp_path)


def test_what_a_training_killed_at_its_start_left_is_no_obstacle(tmp_path):
    (tmp_path / "tensorboard").mkdir()
    (tmp_path / ".gitignore").touch()
    check_folder(tmp_path)


def test_something_else_is_named(tmp_path):
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=rf"{tmp_path.name}: holds something else than a training \(a.txt and 1 more\)"):
        check_folder(tmp_path)
    with pytest.raises(InputError, match=r"a.txt: is a file; name a folder"):
        check_folder(tmp_path / "a.txt")
