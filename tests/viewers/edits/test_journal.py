"""The journal holds every edit that was acknowledged, whatever happens to its end, the disk or the process."""

import errno
import os
from datetime import datetime

import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.viewers.edits import Editor, Journal
from atlas_lab.viewers.edits.records import pack
from tests.viewers.edits.cases import SHAPE, make_case, stroke


def painted(case, count=3, close=True):
    """An editor that has painted `count` voxels along x, one a stroke."""
    editor = Editor(case, ["liver", "pancreas"])
    for x in range(count):
        editor.paint("pancreas", stroke((x, 0, 0)), True)
    if close:
        editor.close()
    return editor


def test_looking_leaves_no_file(case, journals):
    editor = Editor(case, "liver")
    assert editor.offer is None
    assert editor.labels["liver"].any()
    assert editor.paint("liver", stroke((3, 3, 3)), True).voxels == 0
    assert (editor.undo(), editor.redo(), Journal.open(case).unsaved, Journal.open(case).begun) == (None, None, [], None)
    assert not journals.exists()


def test_edits_are_read_back_as_they_were(case):
    painted(case)
    journal = Journal.open(make_case())
    assert [(e.structure, e.value, e.action, e.runs.tolist()) for e in journal.unsaved] == [
        ("pancreas", True, "paint", [[x, 1]]) for x in range(3)
    ]
    assert abs((datetime.now().astimezone() - journal.begun).total_seconds()) < 60
    assert journal.path == Journal.path_of(case)


def test_each_case_has_a_journal_of_its_own(case, on_disk):
    wider = make_case(spacing=(1.0, 1.5, 2.5))
    larger = make_case(shape=(9, 8, 8))
    assert len({Journal.path_of(one) for one in (case, on_disk, wider, larger)}) == 4
    assert Journal.path_of(case) == Journal.path_of(make_case())


@pytest.mark.parametrize("damage", [lambda d: d[:-1], lambda d: d[:-20], lambda d: d[:-1] + b"?", lambda d: d + bytes(512)])
def test_a_torn_end_is_cut_off_and_what_is_before_it_survives(case, damage):
    painted(case)
    path = Journal.path_of(case)
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    kept = 3 if len(path.read_bytes()) > len(whole) else 2
    editor = Editor(make_case(), "pancreas")
    assert editor.offer.count == kept
    editor.restore()
    assert editor.mask("pancreas").sum() == kept
    editor.paint("pancreas", stroke((8, 7, 6)), True)
    editor.close()
    assert len(Journal.open(case).unsaved) == kept + 1


def test_every_length_of_a_torn_file_gives_the_edits_that_are_whole(case):
    painted(case)
    path = Journal.path_of(case)
    whole = path.read_bytes()
    counts = []
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        counts.append(len(Journal.open(case).unsaved))
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2, 3}


def test_a_journal_of_a_newer_release_is_refused_and_kept(case):
    painted(case)
    path = Journal.path_of(case)
    newer = pack({"kind": "header", "format": 99})
    path.write_bytes(newer)
    with pytest.raises(InputError, match="edits in format 99, which this release cannot read; update atlas_lab"):
        Editor(case, "liver").paint("liver", stroke((0, 0, 0)), True)
    assert path.read_bytes() == newer


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_full_disk_is_one_line_and_changes_nothing(case, journals, monkeypatch, number, call, first):
    editor = painted(case, 0 if first else 2, close=False)
    real = getattr(os, call)

    def full(handle, *data):
        if call == "write":
            real(handle, bytes(data[0][:7]))  # the disk took some of it
        raise OSError(number, os.strerror(number))

    before = editor.mask("pancreas"), editor.unsaved, editor.can_undo
    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(InputError, match=r"P1-.*\.journal: cannot be written"):
            editor.paint("pancreas", stroke((5, 5, 5)), True)
    assert np.array_equal(editor.mask("pancreas"), before[0])
    assert (editor.unsaved, editor.can_undo) == before[1:]
    assert len(Journal.open(case).unsaved) == before[1]
    assert bool(list(journals.iterdir())) != first, "no empty file stays behind"
    editor.paint("pancreas", stroke((6, 5, 5)), True)
    editor.close()
    assert len(Journal.open(case).unsaved) == before[1] + 1


def test_an_undo_that_cannot_be_written_undoes_nothing(case, monkeypatch):
    editor = painted(case, 2, close=False)

    def full(handle):
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(InputError, match="the disk is full"):
            editor.undo()
    assert editor.mask("pancreas").sum() == 2
    assert not editor.can_redo
    editor.undo()
    assert editor.mask("pancreas").sum() == 1


def test_a_folder_without_permission_is_one_line(case, monkeypatch):
    editor = Editor(case, "liver")

    def denied(*_):
        raise PermissionError(errno.EACCES, "denied")

    monkeypatch.setattr(os, "open", denied)
    with pytest.raises(InputError, match="permission denied; choose a folder you can write to"):
        editor.paint("liver", stroke((0, 0, 0)), True)
    assert editor.mask("liver").sum() == 64


def test_a_file_in_place_of_the_folder_is_one_line(case, journals):
    journals.write_text("")
    editor = Editor(case, "liver")
    assert editor.offer is None
    with pytest.raises(InputError, match="is a file, not a folder"):
        editor.paint("liver", stroke((0, 0, 0)), True)
    assert editor.mask("liver").sum() == 64


def test_nothing_is_edited_over_an_open_offer(case):
    painted(case)
    editor = Editor(make_case(), "liver")
    said = "an earlier session left 3 edits of pancreas on .*; editor.restore\\(\\) or editor.discard\\(\\) them first"
    for change in (lambda: editor.paint("liver", stroke((0, 0, 0)), True), editor.undo, editor.save):
        with pytest.raises(InputError, match=said):
            change()
    assert editor.offer.structures == ("pancreas",)
    assert len(Journal.open(case).unsaved) == 3
    editor.discard()
    assert editor.offer is None
    assert not Journal.path_of(case).exists()
    editor.paint("liver", stroke((0, 0, 0)), True)
    with pytest.raises(InputError, match="no edits of an earlier session"):
        editor.restore()


def test_undo_works_through_restored_edits_and_their_undos(case):
    editor = painted(case, 3, close=False)
    editor.undo()
    editor.paint("pancreas", stroke((7, 7, 6)), True)
    editor.undo()
    editor.close()
    again = Editor(make_case(), "liver")
    again.restore()
    assert again.editable == ("liver", "pancreas")
    assert (again.mask("pancreas").sum(), again.can_redo) == (2, True)
    again.redo()
    assert again.mask("pancreas")[7, 7, 6]
    again.undo()
    again.undo()
    again.close()
    third = Editor(make_case(), "pancreas")
    third.restore()
    assert third.mask("pancreas").sum() == 1
    third.undo()
    assert not third.mask("pancreas").any()
    assert third.undo() is None


def test_other_masks_than_the_edits_began_from_are_noticed(case):
    editor = Editor(case, ["liver", "pancreas"])
    editor.paint("liver", stroke((0, 0, 0), (1, 0, 0)), True)
    editor.paint("liver", stroke((2, 0, 0)), True)
    editor.undo()
    editor.paint("pancreas", stroke((0, 0, 0)), True)
    editor.close()
    other = make_case()
    mask = other.labels["liver"]
    mask[1:4, 0, 0] = True
    other.labels["liver"] = mask
    again = Editor(other, "liver")
    assert (again.offer.same, again.offer.changed, again.offer.count) == (False, ("liver",), 4)
    with pytest.raises(InputError, match="the masks of liver are not those that the edits began from"):
        again.restore()
    assert again.offer is not None
    again.restore(anyway=True)
    assert again.mask("liver")[:5, 0, 0].tolist() == [True, True, True, True, False]
    again.undo()
    again.undo()
    assert np.array_equal(again.mask("liver"), mask), "undo gives back the mask that was there"


def test_in_one_process_the_newest_editor_goes_on_and_the_old_one_is_told(case):
    old = painted(case, 2, close=False)
    new = Editor(case, "liver")
    with pytest.raises(InputError, match="restore"):
        new.paint("liver", stroke((0, 0, 0)), True)
    old.paint("pancreas", stroke((5, 0, 0)), True)  # which took nothing away from the old one
    new.restore()
    assert new.mask("pancreas").sum() == 3
    for change in (lambda: old.paint("pancreas", stroke((6, 0, 0)), True), old.undo, old.save, old.discard):
        with pytest.raises(InputError, match="P1: is edited in a newer viewer of this notebook; go on there"):
            change()
    new.save()
    assert case.labels["pancreas"].sum() == 3


def test_an_editor_that_was_forgotten_holds_no_lock(case):
    painted(case, 2, close=False)
    editor = Editor(make_case(), "pancreas")
    editor.restore()
    assert editor.mask("pancreas").sum() == 2


def test_a_journal_can_lie_anywhere(case, tmp_path):
    elsewhere = Journal(tmp_path / "here.journal", {"case": "P1", "folder": None, "shape": list(SHAPE), "affine": []})
    editor = Editor(case, "liver", elsewhere)
    editor.paint("liver", stroke((0, 0, 0)), True)
    assert (tmp_path / "here.journal").exists()
    assert not Journal.path_of(case).exists()
