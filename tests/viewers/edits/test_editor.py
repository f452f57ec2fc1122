"""The editor's masks are what a naive array model says, whatever is painted, locked, undone and restored."""

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.viewers.edits import Editor
from atlas_lab.viewers.edits.runs import indices_of, runs_at, runs_of
from tests.viewers.edits.cases import SHAPE, make_case, stroke

NAMES = ("liver", "spleen", "pancreas")  # the last one is not annotated
VOXELS = int(np.prod(SHAPE))


class Naive:
    """Whole arrays, copied with every step."""

    def __init__(self, case):
        self.hu = case.ct.array
        self.masks = {name: case.labels[name] if name in case.labels else np.zeros(SHAPE, bool) for name in NAMES}
        self.locked, self.done, self.undone = set(), [], []

    def paint(self, name, voxels, value, hu):
        change = voxels & (self.masks[name] != value)
        if hu is not None:
            change &= (self.hu >= hu[0]) & (self.hu <= hu[1])
        for other in self.locked:
            change &= ~self.masks[other]
        if change.any():
            self.done.append((name, self.masks[name], self.masks[name] ^ change))
            self.undone.clear()
            self.masks[name] = self.masks[name] ^ change
        return change

    def move(self, source, target, state):
        if source and source[-1][0] not in self.locked:
            target.append(source.pop())
            self.masks[target[-1][0]] = target[-1][state]


STEPS = st.one_of(
    st.tuples(
        st.just("paint"),
        st.sampled_from(NAMES),
        st.lists(st.tuples(st.integers(0, VOXELS - 1), st.integers(1, 90)), min_size=1, max_size=4),
        st.booleans(),
        st.none() | st.sampled_from([(0, 40), (30, 60)]),
    ),
    st.tuples(st.sampled_from(["undo", "redo"])),
    st.tuples(st.sampled_from(["lock", "unlock"]), st.sampled_from(NAMES)),
)


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=25))
def test_any_session_equals_the_naive_model_and_so_does_its_replay(tmp_path_factory, steps):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ATLAS_LAB_EDITS", str(tmp_path_factory.mktemp("journals")))
        model, editor = Naive(make_case()), Editor(make_case(), NAMES)
        for what, *how in steps:
            try:
                if what == "paint":
                    name, pairs, value, hu = how
                    flat = np.zeros(VOXELS, bool)
                    for start, length in pairs:
                        flat[start : start + length] = True
                    edit = editor.paint(name, runs_at(np.flatnonzero(flat)), value, hu=hu)
                    change = model.paint(name, flat.reshape(SHAPE, order="F"), value, hu)
                    assert np.array_equal(edit.runs, runs_of(change))
                elif what == "undo":
                    editor.undo()
                    model.move(model.done, model.undone, 1)
                elif what == "redo":
                    editor.redo()
                    model.move(model.undone, model.done, 2)
                elif what == "lock":
                    editor.locked.add(how[0])
                    model.locked.add(how[0])
                else:
                    editor.locked.discard(how[0])
                    model.locked.discard(how[0])
            except InputError:
                assert model.locked, "only a lock refuses anything here"
            for name in NAMES:
                assert np.array_equal(editor.mask(name), model.masks[name])
            assert (editor.can_undo, editor.can_redo) == (bool(model.done), bool(model.undone))
        unsaved = editor.unsaved
        editor.close()

        again = Editor(make_case(), NAMES)
        assert (again.offer is not None) == (unsaved > 0)
        if unsaved:
            assert again.offer.count == unsaved
            again.restore()
        assert again.unsaved == unsaved
        for name in NAMES:
            assert np.array_equal(again.mask(name), model.masks[name])
            if name in again.labels:
                assert np.array_equal(again.labels[name], model.masks[name])
        while again.redo():
            pass
        while again.undo():
            pass
        for name, mask in Naive(make_case()).masks.items():
            assert np.array_equal(again.mask(name), mask), "undo leads back to where everything began"
        again.close()


def test_an_edit_names_exactly_what_changed(case):
    editor = Editor(case, ["liver", "spleen"])
    edit = editor.paint("liver", runs_of(np.ones(SHAPE, bool)), True)
    assert (edit.structure, edit.value, edit.action) == ("liver", True, "paint")
    assert edit.voxels == VOXELS - 64
    assert not case.labels["liver"].ravel(order="F")[indices_of(edit.runs)].any()
    assert editor.paint("liver", stroke((0, 0, 0)), False).action == "erase"
    assert case.labels["liver"].sum() == 64, "the case stays as it was"


def test_structures_overlap_and_each_keeps_its_own_voxels(case):
    editor = Editor(case, ["liver", "spleen"])
    both = case.labels["liver"] & case.labels["spleen"]
    assert both.any()
    editor.paint("spleen", runs_of(both), False)
    assert np.array_equal(editor.labels["liver"], case.labels["liver"])
    assert np.array_equal(editor.labels["spleen"], case.labels["spleen"] & ~both)


def test_a_locked_structure_is_neither_edited_nor_entered(case):
    editor = Editor(case, ["liver", "pancreas"])
    everywhere = runs_of(np.ones(SHAPE, bool))
    editor.locked = {"spleen", "kidney"}  # not edited here; an organ
    editor.paint("liver", everywhere, True)
    assert not editor.mask("liver")[case.labels["spleen"] & ~case.labels["liver"]].any()
    editor.locked = {"liver"}
    with pytest.raises(InputError, match="liver is locked; unlock it first"):
        editor.undo()
    with pytest.raises(InputError, match="liver is locked"):
        editor.paint("liver", everywhere, False)
    assert editor.paint("pancreas", everywhere, True).voxels == VOXELS - editor.mask("liver").sum()
    editor.locked = {"livr"}
    with pytest.raises(InputError, match="'livr' is neither annotated here nor a known structure; did you mean 'liver'"):
        editor.paint("pancreas", everywhere, False)


def test_a_name_means_a_structure_an_organ_or_something_to_be_made_first(case):
    assert Editor(case, "liver").editable == ("liver",)
    assert Editor(case, ["kidney", "liver", "kidney_left"]).editable == ("kidney_left", "kidney_right", "liver")
    with pytest.raises(InputError, match=r"P1: 'splen' is neither .*; did you mean 'spleen'\? to make a new one, first set"):
        Editor(case, ["splen"])
    with pytest.raises(InputError, match="name at least one structure"):
        Editor(case, [])
    case.labels["my_lesion"] = np.zeros(SHAPE, bool)
    editor = Editor(case, "my_lesion")
    editor.paint("my_lesion", stroke((1, 1, 1)), True)
    assert editor.labels.status("my_lesion") == "present"


def test_a_known_structure_nobody_annotated_starts_empty_and_stays_unknown_until_it_has_a_voxel(case):
    editor = Editor(case, "pancreas")
    assert not editor.mask("pancreas").any()
    editor.paint("pancreas", stroke((1, 1, 1)), True)
    assert editor.labels.status("pancreas") == "present"
    editor.undo()
    assert editor.labels.status("pancreas") == "unknown"
    editor.save()
    assert case.labels.status("pancreas") == "unknown"


def test_labels_are_a_copy_and_what_nobody_touched_stays_unread(on_disk):
    editor = Editor(on_disk, ["liver", "spleen"])
    before = editor.labels
    editor.paint("liver", stroke((0, 0, 0)), True)
    between = editor.labels
    editor.paint("liver", stroke((1, 0, 0)), True)
    editor.save()
    assert [labels["liver"].sum() for labels in (before, between, editor.labels, on_disk.labels)] == [64, 65, 66, 66]
    assert editor.labels.class_map == on_disk.labels.class_map
    assert editor.labels.disk is on_disk.labels.disk
    assert np.array_equal(editor.labels.affine, on_disk.labels.affine)
    assert editor.labels.status("gall_bladder") == "absent"


def test_painting_on_one_structure_reads_no_other(on_disk):
    editor = Editor(on_disk, ["liver", "spleen"])
    (on_disk.folder / "segmentations" / "spleen.nii.gz").write_bytes(b"unreadable")
    editor.paint("liver", stroke((0, 0, 0)), True)
    assert editor.labels["liver"].sum() == 65
    with pytest.raises(InputError, match=r"spleen\.nii\.gz"):
        editor.labels["spleen"]


def test_the_hu_range_lets_only_those_voxels_change(case):
    editor = Editor(case, "liver")
    editor.paint("liver", runs_of(np.ones(SHAPE, bool)), True, hu=(0, 15))
    assert np.array_equal(editor.mask("liver") & ~case.labels["liver"], (case.ct.array <= 15) & ~case.labels["liver"])
    with pytest.raises(InputError, match="the lowest HU must not be above the highest"):
        editor.paint("liver", stroke((0, 0, 0)), True, hu=(10, 0))


def test_up_to_255_structures_keep_their_ids(tmp_path):
    names = {f"s{i}": i for i in range(1, 256)}
    ct = Volume(np.zeros((16, 16, 2), np.int16), np.eye(4))
    case = Case("many", ct, LabelMap({name: np.zeros(ct.shape, bool) for name in names}, ct.affine, names))
    case = Case.open(case.save(tmp_path / "atlas"))
    editor = Editor(case, list(names))
    for name in ("s1", "s200", "s255"):
        editor.paint(name, stroke((names[name] % 16, names[name] // 16, 1), shape=ct.shape), True)
    editor.save()
    combined = Case.open(case.folder).labels.combined
    assert {int(v): tuple(map(int, np.argwhere(combined == v)[0])) for v in np.unique(combined) if v} == {
        1: (1, 0, 1),
        200: (8, 12, 1),
        255: (15, 15, 1),
    }


def test_strokes_from_many_threads_all_arrive(case):
    editor = Editor(case, "pancreas")
    lines = [np.array([(SHAPE[0] * i, SHAPE[0])], np.uint32) for i in range(SHAPE[1] * SHAPE[2])]
    threads = [
        threading.Thread(target=lambda part: [editor.paint("pancreas", run, True) for run in part], args=(lines[i::4],))
        for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert editor.mask("pancreas").all()
    assert editor.unsaved == len(lines)
    editor.close()
    again = Editor(make_case(), "pancreas")
    again.restore()
    assert again.mask("pancreas").all()


def test_a_mask_assigned_meanwhile_is_taken_unless_edits_would_be_lost(case):
    editor = Editor(case, ["liver", "spleen"])
    editor.paint("liver", stroke((0, 0, 0)), True)
    editor.paint("spleen", stroke((0, 0, 0)), False)  # opened, not changed
    case.labels["spleen"] = np.ones(SHAPE, bool)
    editor.paint("spleen", stroke((0, 0, 0)), False)
    assert editor.mask("spleen").sum() == VOXELS - 1
    case.labels["liver"] = np.ones(SHAPE, bool)
    for change in (editor.undo, editor.save, lambda: editor.paint("liver", stroke((0, 0, 0)), False)):
        with pytest.raises(InputError, match=r"liver: case\.labels\['liver'\] was changed while it was edited here"):
            change()
    assert editor.mask("liver").sum() == 65
    editor.discard()
    assert editor.mask("liver").all()
    assert not editor.can_undo
