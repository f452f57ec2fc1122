"""Logs are read as far as they are whole, of one training or of all below a folder."""

import pytest

from atlas_lab.errors import InputError
from atlas_lab.learning.training import Plan, train
from atlas_lab.learning.training.history import histories, read_history, signature_of
from tests.learning.training.lines import Line

PLAN = Plan(steps=30, accelerator="cpu", precision="32-true", log_every=10, validate_every=15)
STEPS = "step,loss,learning_rate,patches_per_second,seconds\n"


def logged(folder, *rows):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "steps.csv").write_text(STEPS + "".join(f"{row}\n" for row in rows))
    return folder


def test_a_training_is_read_from_its_folder_or_from_what_train_returned(tmp_path):
    trained = train(Line(validate=True), PLAN, tmp_path / "line")
    for run in (trained, tmp_path / "line", str(tmp_path / "line")):
        ((name, history),) = histories(run).items()
        assert name == "line"
        assert history.steps["step"].tolist() == [10, 20, 30]
        assert history.validations["step"].tolist() == [15, 30]
        assert (history.status.state, history.examples) == ("done", {})


def test_trainings_below_a_folder_are_named_by_where_they_are(tmp_path):
    for name in ("scratch/seed_1", "scratch/seed_0", "supervised"):
        logged(tmp_path / name, "10,0.5,0.001,3,1")
    assert list(histories(tmp_path / "scratch")) == ["seed_0", "seed_1"]
    assert list(histories(tmp_path)) == ["scratch/seed_0", "scratch/seed_1", "supervised"]


def test_a_line_that_is_being_written_is_left_out(tmp_path):
    logged(tmp_path, "10,0.5,0.001,3,1")
    with (tmp_path / "steps.csv").open("a") as file:
        file.write("20,0.4,0.001,3,2.")
    assert read_history(tmp_path).steps["step"].tolist() == [10]
    (tmp_path / "steps.csv").write_text(STEPS)
    assert read_history(tmp_path).steps.empty


def test_a_training_without_a_status_is_read_all_the_same(tmp_path):
    ((_, history),) = histories(logged(tmp_path, "10,0.5,0.001,3,1")).items()
    assert history.status is None
    assert history.validations.empty


def test_a_folder_to_come_holds_nothing_yet(tmp_path):
    assert histories(tmp_path) == histories(tmp_path / "later") == {}


def test_what_is_no_training_is_named(tmp_path):
    (tmp_path / "photo.jpg").touch()
    with pytest.raises(InputError, match=r"holds no training.*status\.json and steps\.csv are missing"):
        histories(tmp_path)
    with pytest.raises(InputError, match=r"photo\.jpg: is a file; give the folder"):
        histories(tmp_path / "photo.jpg")
    with pytest.raises(InputError, match="not int"):
        histories(3)
    (tmp_path / "steps.csv").write_text("patient,age\n1,70\n")
    with pytest.raises(InputError, match=r"steps\.csv: has no column 'step'"):
        histories(tmp_path)


def test_the_signature_changes_with_what_can_be_drawn(tmp_path):
    seen = {signature_of(tmp_path)}
    logged(tmp_path / "a", "10,0.5,0.001,3,1")
    seen.add(signature_of(tmp_path))
    logged(tmp_path / "a", "10,0.5,0.001,3,1", "20,0.4,0.001,3,2")
    seen.add(signature_of(tmp_path))
    (tmp_path / "a" / "examples").mkdir()
    (tmp_path / "a" / "examples" / "step_000020.png").touch()
    seen.add(signature_of(tmp_path))
    assert len(seen) == 4
    assert signature_of(tmp_path) in seen
