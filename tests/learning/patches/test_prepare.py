"""Cases on the training grid: what is kept is what `resample` gives, made once, and again only when a case changes."""

import os
from types import SimpleNamespace

import numpy as np
import pytest

from atlas_lab import anatomy
from atlas_lab.data import Atlas, Case, Volume, resample
from atlas_lab.errors import InputError
from atlas_lab.learning.patches import making, prepare
from tests.learning.patches.tiny import CLASSES, tiny_case


def entries(prepared):
    return {case.id: (case.folder, (case.folder / "hu.npy").stat().st_ino) for case in prepared}


def check_equals_resampled(prepared, case, spacing):
    there = resample(case, spacing)
    entry = prepared[case.id]
    assert entry.hu.dtype == np.int16
    assert np.array_equal(entry.hu, np.rint(there.ct.array))
    assert np.allclose(entry.affine, there.ct.affine)
    for number, name in enumerate(prepared.classes):
        mask = (entry.bits >> number) & 1
        assert entry.known[number] == (name in case.labels)
        assert np.array_equal(mask, there.labels[name] if name in case.labels else np.zeros_like(mask))


@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.int32])
def test_prepared_voxels_are_those_of_the_resampled_case(dtype, tmp_path):
    case = tiny_case(spacing=(1.0, 2.0, 3.0), dtype=dtype)
    if dtype == np.float32:
        case.ct = case.ct.like(case.ct.array + np.float32(0.25))
    check_equals_resampled(prepare([case], CLASSES, spacing_mm=(2, 1.5, 2.5), folder=tmp_path), case, (2, 1.5, 2.5))


@pytest.mark.real
def test_a_real_case_is_the_resampled_one_with_the_classes_it_lacks_unknown(real_data, tmp_path):
    case = Case.open(real_data / "cases" / "TS_ABD_0001")
    classes = [s.name for s in anatomy.STRUCTURES]
    with pytest.raises(InputError, match="no case is annotated for 'celiac_trunk'"):
        prepare([case], classes)
    other = tiny_case("other", without=CLASSES)
    for name in set(classes) - set(case.labels):
        other.labels[name] = np.zeros(other.ct.shape, bool)
    prepared = prepare([case, other], classes, spacing_mm=4.0, folder=tmp_path)
    check_equals_resampled(prepared, case, 4.0)
    assert prepared.known.tolist() == [[name in c.labels for name in classes] for c in (case, other)]


def test_a_structure_that_is_absent_is_known_and_one_without_a_mask_is_not(tmp_path):
    prepared = prepare([tiny_case("a"), tiny_case("b", without=["spleen"])], CLASSES, folder=tmp_path)
    assert prepared.known.tolist() == [[True] * 4, [True, False, True, True]]
    assert prepared["a"].count(CLASSES.index("pancreas")) == 0
    assert prepared["b"].count(CLASSES.index("spleen")) == 0


def test_points_lie_in_their_class_and_the_rest_in_the_unlabelled_body(tmp_path, monkeypatch):
    monkeypatch.setattr("atlas_lab.learning.patches.points.PER_CLASS", 50)
    entry = prepare([tiny_case()], CLASSES, folder=tmp_path)[0]
    for number in range(len(CLASSES)):
        found = tuple(entry.points(number).T)
        assert entry.count(number) == len(found[0]) == min(50, int(((entry.bits >> number) & 1).sum()))
        assert ((entry.bits[found] >> number) & 1).all()
    assert (entry.bits[tuple(entry.points(-2).T)] != 0).all()
    assert len(np.unique(entry.points(-2), axis=0)) == int((entry.bits != 0).sum())
    rest = tuple(entry.points(-1).T)
    assert (entry.bits[rest] == 0).all()
    assert (entry.hu[rest] > -500).all()
    assert entry.box == ((5, 35), (4, 32), (4, 28))


def test_a_case_is_made_once_and_again_when_it_changes(tmp_path, monkeypatch):
    made = []
    real = making._write
    monkeypatch.setattr(making, "_write", lambda folder, case, *a: (made.append(case.id), real(folder, case, *a)))
    for case in (tiny_case("a"), tiny_case("b")):
        case.save(tmp_path / "atlas")
    for expected in (["a", "b"], []):
        first = prepare(Atlas.open(tmp_path / "atlas"), CLASSES)
        assert made == expected
        made.clear()
    edited = Case.open(tmp_path / "atlas" / "b")
    edited.labels["spleen"] = np.roll(edited.labels["spleen"], 1, axis=2)
    atlas = [Case.open(tmp_path / "atlas" / "a"), edited]
    assert entries(prepare(atlas, CLASSES))["a"] == entries(first)["a"]
    assert made == ["b"]
    edited.save(tmp_path / "atlas")
    second = prepare(Atlas.open(tmp_path / "atlas"), CLASSES)
    assert made == ["b", "b"]  # its files are others
    assert not np.array_equal(first["b"].bits, second["b"].bits)
    made.clear()
    for other in ({"spacing_mm": 2.0}, {"classes": CLASSES[::-1]}):
        prepare(Atlas.open(tmp_path / "atlas"), **{"classes": CLASSES, **other})
        assert made == ["a", "b"]
        made.clear()


def test_a_case_of_another_layout_is_known_by_its_files(tmp_path, monkeypatch):
    tiny_case("a").save(tmp_path / "atlas")
    nnunet = Atlas.open(tmp_path / "atlas").export(tmp_path / "nnunet", "nnunet", structures=["liver", "spleen"])
    monkeypatch.setattr("atlas_lab.learning.patches.identity._of_voxels", lambda *_: pytest.fail("voxels were read"))
    first = prepare(Atlas.open(nnunet), ["liver"])
    assert entries(prepare(Atlas.open(nnunet), ["liver"])) == entries(first)
    labels = next(nnunet.glob("labels*/*.nii.gz"))
    os.utime(labels, (1, 1))
    assert prepare(Atlas.open(nnunet), ["liver"])[0].folder != first[0].folder


def test_a_case_in_memory_is_known_by_its_voxels(tmp_path):
    first = prepare([tiny_case()], CLASSES, folder=tmp_path)
    assert entries(prepare([tiny_case()], CLASSES, folder=tmp_path)) == entries(first)
    assert prepare([tiny_case(seed=1)], CLASSES, folder=tmp_path)[0].folder != first[0].folder


def test_processes_make_the_same_bytes(tmp_path):
    cases = [tiny_case("a"), tiny_case("b", seed=1, without=["spleen"])]
    one = prepare(cases, CLASSES, folder=tmp_path / "one", progress=False)
    two = prepare(cases, CLASSES, folder=tmp_path / "two", workers=2, progress=False)
    assert two.ids == ["a", "b"]
    for a, b in zip(one, two, strict=True):
        assert [(a.folder / n).read_bytes() for n in os.listdir(a.folder)] == [
            (b.folder / n).read_bytes() for n in os.listdir(a.folder)
        ]


def test_nan_is_named_and_what_was_finished_is_kept(tmp_path):
    broken = tiny_case("broken", dtype=np.float32)
    broken.ct.array[3, 4, 5] = np.nan
    with pytest.raises(InputError, match=r"1 of 2 cases failed.*broken: the CT holds 1 voxels.*first at \(3, 4, 5\)"):
        prepare([broken, tiny_case("a")], CLASSES, folder=tmp_path)
    assert len(os.listdir(tmp_path)) == 1


def test_air_alone_is_named(tmp_path):
    case = tiny_case()
    case.ct = Volume(np.full(case.ct.shape, -1000, np.int16), case.ct.affine)
    with pytest.raises(InputError, match="no voxel is above -500 HU"):
        prepare([case], CLASSES, folder=tmp_path)


def test_a_class_that_nobody_annotated_is_refused_before_anything_is_made(tmp_path):
    cases = [tiny_case(f"P{n}", without=["spleen"]) for n in range(7)]
    with pytest.raises(InputError, match=r"no case is annotated for 'spleen'.*missing in P0, P1, P2, P3, P4 and 2 more"):
        prepare(cases, CLASSES, folder=tmp_path)
    with pytest.raises(InputError, match="did you mean 'liver'"):
        prepare([tiny_case()], ["livr"], folder=tmp_path)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"classes": "liver"}, "give a list"),
        ({"classes": ["liver", "liver"]}, "there twice"),
        ({"spacing_mm": 0}, "above 0 mm"),
        ({"cases": []}, "no cases to prepare"),
        ({"cases": [tiny_case(), tiny_case()]}, "two cases have the id"),
    ],
)
def test_what_cannot_be_prepared_is_refused(arguments, says, tmp_path):
    with pytest.raises(InputError, match=says):
        prepare(**{"cases": [tiny_case()], "classes": CLASSES, "folder": tmp_path, **arguments})


def test_no_classes_are_enough_for_self_supervision(tmp_path):
    prepared = prepare([tiny_case()], [], folder=tmp_path)
    assert prepared.known.shape == (1, 0)
    assert not prepared[0].bits.any()


def test_the_least_recently_used_entries_leave_the_cache_first(tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_LAB_CACHE", str(tmp_path))
    first, second = (prepare([tiny_case(seed=seed)], CLASSES)[0] for seed in (1, 2))
    size = sum(path.stat().st_size for path in first.folder.iterdir())
    for age, entry in enumerate((first, second)):
        os.utime(entry.folder, (age, age))
    monkeypatch.setenv("ATLAS_LAB_CACHE_GB", str(2.5 * size / 1e9))
    prepare([tiny_case(seed=1)], CLASSES)  # used again
    third = prepare([tiny_case(seed=3)], CLASSES)[0]
    assert [entry.folder.exists() for entry in (first, second, third)] == [True, False, True]
    with pytest.raises(InputError, match="prepare the cases again"):
        _ = second.hu
    os.utime(third.folder, (2**32, 2**32))  # by a machine whose clock is ahead
    monkeypatch.setenv("ATLAS_LAB_CACHE_GB", str(1.5 * size / 1e9))
    prepare([tiny_case(seed=1)], CLASSES)
    assert [entry.folder.exists() for entry in (first, third)] == [True, False]


def test_a_set_larger_than_the_cache_needs_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ATLAS_LAB_CACHE_GB", "0.0005")
    cases = [tiny_case(f"P{n}", seed=n) for n in range(4)]
    with pytest.raises(InputError, match="set ATLAS_LAB_CACHE_GB higher, or give folder="):
        prepare(cases, CLASSES)
    assert len(prepare(cases, CLASSES, folder=tmp_path / "mine")) == 4


def test_a_disk_without_room_is_named_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10**5))
    with pytest.raises(InputError, match=r"take 0.000138 GB, but only 0.0001 are free"):
        prepare([tiny_case()], CLASSES, folder=tmp_path)


def test_cases_are_chosen_by_id(tmp_path):
    prepared = prepare([tiny_case("a"), tiny_case("b", seed=1)], CLASSES, folder=tmp_path)
    assert prepared.select(["b"]).ids == ["b"] == prepared[1:].ids
    assert "2 cases, 4 classes" in repr(prepared)
    with pytest.raises(InputError, match="no case 'c' is prepared"):
        prepared["c"]
