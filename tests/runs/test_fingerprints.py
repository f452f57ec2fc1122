"""Two runs had the same inputs exactly when their fingerprints agree."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.errors import InputError
from atlas_lab.runs import fingerprint, step_key


def test_a_file_is_known_by_its_content(tmp_path):
    for name, text in [("a", "same"), ("b", "same"), ("c", "diff")]:
        (tmp_path / name).write_text(text)
    a, b, c = (fingerprint(tmp_path / name) for name in "abc")
    assert a["sha256"] == b["sha256"] != c["sha256"]
    assert a["size"] == c["size"] == 4
    assert a["path"] == str(tmp_path / "a")


def case_folder(folder):
    (folder / "segmentations").mkdir(parents=True)
    for name in ("ct.nii.gz", "segmentations/liver.nii.gz"):
        (folder / name).write_text(name)
        os.utime(folder / name, (1, 1))
    return folder


def test_a_folder_is_known_by_the_listing_of_its_files(tmp_path):
    folder = case_folder(tmp_path / "case")
    before = fingerprint(folder)
    assert before["kind"] == "folder"
    assert before["files"] == 2
    assert fingerprint(case_folder(tmp_path / "copy"))["sha256"] == before["sha256"]
    os.utime(folder / "ct.nii.gz", (2, 2))
    touched = fingerprint(folder)["sha256"]
    (folder / "ct.nii.gz").rename(folder / "ct2.nii.gz")
    assert len({before["sha256"], touched, fingerprint(folder)["sha256"]}) == 3


def test_hidden_files_and_broken_links_do_not_disturb_a_folder(tmp_path):
    folder = case_folder(tmp_path / "case")
    before = fingerprint(folder)["sha256"]
    (folder / ".index.sqlite").write_text("cache")
    assert fingerprint(folder)["sha256"] == before
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    assert fingerprint(folder)["files"] == 3


def test_an_input_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nothing\.nii: no such file or folder"):
        fingerprint(tmp_path / "nothing.nii")


plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()


@given(st.dictionaries(st.text(), plain), st.randoms())
def test_the_key_does_not_depend_on_the_order_of_parameters(parameters, random):
    shuffled = list(parameters.items())
    random.shuffle(shuffled)
    assert step_key("x = 1", dict(shuffled), {}, "1") == step_key("x = 1", parameters, {}, "1")


def test_the_key_changes_with_everything_a_result_depends_on():
    data = {"atlas": {"path": "/a", "sha256": "00"}}
    keys = {
        step_key("x = 1", {"cases": 2}, data, "1"),
        step_key("x = 2", {"cases": 2}, data, "1"),
        step_key("x = 1", {"cases": 3}, data, "1"),
        step_key("x = 1", {"cases": "2"}, data, "1"),
        step_key("x = 1", {"cases": 2}, {"atlas": {"path": "/a", "sha256": "01"}}, "1"),
        step_key("x = 1", {"cases": 2}, data, "2"),
    }
    assert len(keys) == 6
    moved = {"atlas": {"path": "/b", "sha256": "00"}}
    there, here = {"cases": 2, "atlas": "/a"}, {"cases": 2, "atlas": "/b"}
    assert step_key("x = 1", here, moved, "1") == step_key("x = 1", there, data, "1")
