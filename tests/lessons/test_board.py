"""The board sets runs beside claims: the newest finished one, phantom and real apart, whatever else lies in the folder."""

import datetime
import warnings

import pytest

from atlas_lab.errors import InputError
from atlas_lab.lessons.board import talk
from atlas_lab.lessons.claims import CLAIMS, PARTS
from atlas_lab.runs import Run, record

MIX = "mix_of_real_and_synthetic"


@pytest.fixture
def leave(tmp_path, monkeypatch):
    """Leave a run: its metrics, in the folder `where`; each run finishes a minute after the one before."""
    moments = iter(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(minutes=n) for n in range(99))
    monkeypatch.setattr("atlas_lab.runs.run._now", lambda: next(moments).isoformat())

    def leave(where, *metrics, status="done", name="train_on_synthetic", **parameters):
        run = Run.start(tmp_path / where, name, parameters)
        monkeypatch.setenv("ATLAS_LAB_RUN", str(run.folder))
        for metric in metrics:
            record(**{"name": "dsc", "claim": MIX, **metric})
        run.finish(status)

    return leave


def test_without_runs_the_board_is_what_was_published(tmp_path):
    board = talk(tmp_path / "nowhere")
    assert list(board.index) == [claim.id for claim in CLAIMS]
    assert list(board) == "claim published value unit method source notebook phantom real cell".split()
    studied = board["phantom"] != ""  # by a study that comes with the notebooks
    assert board.loc[studied, "phantom"].str.endswith("(study run)").all()
    assert {"few_shot", "synthetic_matches_real", "detection_below_5_mm"} <= set(board.index[studied])
    assert (board["real"] == "").all()
    assert board.loc[MIX, ["value", "unit", "cell"]].tolist() == [56.6, "DSC %", "atlas-lab run train_on_synthetic"]


def test_a_number_from_memory_is_marked_before_anything_is_read(tmp_path):
    assert talk(tmp_path).loc["felix_patients", "published"].startswith("[from memory, unverified] about 97 %")


def test_a_phantom_and_a_real_run_fill_their_own_columns(tmp_path, leave):
    leave("phantom", {"value": 0.81, "ci": (0.77, 0.85), "n": 40}, source="phantom")
    leave("real", {"value": 51.25, "unit": "%"}, source="path/to/atlas", name="my_own")
    board = talk(tmp_path)
    assert board.loc[MIX, ["phantom", "real"]].tolist() == ["0.81 [0.77, 0.85], n = 40", "51.25 %"]
    assert board.loc[MIX, "cell"] == "atlas-lab run my_own"


def test_a_run_without_a_source_is_a_phantom_one(tmp_path, leave):
    leave("run", {"value": 3})
    assert talk(tmp_path).loc[MIX, ["phantom", "real"]].tolist() == ["3", ""]


def test_several_answers_of_one_run_keep_their_names(tmp_path, leave):
    leave("run", {"name": "half", "value": 0.5}, {"name": "tenth", "value": 0.1}, {"name": "other", "value": 9, "claim": None})
    assert talk(tmp_path).loc[MIX, "phantom"] == "half 0.5; tenth 0.1"


def test_the_newest_finished_run_wins_wherever_it_lies(tmp_path, leave):
    leave("z", {"value": 1.0})
    leave("pipeline/a", {"value": 2.0})
    leave("b", {"value": 3.0}, status="failed")
    leave(".hidden/c", {"value": 4.0})
    leave("too/deep/d", {"value": 5.0})
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{")
    assert talk(tmp_path).loc[MIX, "phantom"] == "2"


def test_a_study_that_comes_with_the_notebooks_stands_in_until_there_is_a_run(tmp_path, leave, monkeypatch):
    monkeypatch.setattr("atlas_lab.lessons.board.notebooks_folder", lambda: tmp_path / "notebooks")
    leave("runs/mine", {"value": 1.0, "claim": "few_shot"})
    leave("notebooks/results/study", {"value": 2.0, "claim": "few_shot"}, {"name": "mix", "value": 3.0})
    board = talk(tmp_path / "runs")
    assert board.loc[["few_shot", MIX], "phantom"].tolist() == ["1", "3 (study run)"]


def test_an_unknown_claim_is_named_once_with_the_nearest(tmp_path, leave):
    leave("a", {"value": 1.0, "claim": "few_shots"})
    leave("b", {"value": 1.0, "claim": "few_shots"}, {"name": "x", "value": 1.0, "claim": "zzz"})
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        talk(tmp_path)
    (warning,) = said
    assert str(warning.message).endswith("does not have: 'few_shots' did you mean 'few_shot'?; 'zzz'")
    assert warning.filename == __file__


def test_a_part_of_the_talk_alone(tmp_path):
    for part in PARTS:
        assert set(talk(tmp_path, part=part).index) == {claim.id for claim in CLAIMS if claim.part == part}
    with pytest.raises(InputError, match="no part 'training_': did you mean 'training'"):
        talk(tmp_path, part="training_")


def test_jupyter_shows_every_text_whole(tmp_path):
    longest = max(CLAIMS, key=lambda claim: len(claim.published))
    shown = talk(tmp_path).query("id == @longest.id")._repr_html_()
    assert longest.published.split("; ")[-1] in shown
    assert "NaN" not in shown
