"""`synthesize_atlas`: what a folder holds in the end, however the run went."""

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from atlas_lab.data import Atlas, Case
from atlas_lab.errors import InputError, ParameterError
from atlas_lab.synthesis import remake
from atlas_lab.synthesis.whole_atlas import synthesize_atlas
from atlas_lab.synthesis.whole_atlas.folder import check_space
from atlas_lab.synthesis.whole_atlas.order import Order
from tests.conftest import ROOT
from tests.dask_cluster import cluster
from tests.synthesis.blobs import Blob
from tests.synthesis.cases import ball, by_hand

SHAPE = (112, 64, 48)
REAL = ball(SHAPE, (88, 32, 24), 4)
IDS = [f"BDMAP_0000000{number}" for number in (1, 2, 3)]


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A healthy patient, one with a liver tumour, and one whose left kidney reaches the scan's edge."""
    folder = tmp_path_factory.mktemp("source")
    for id, masks in zip(IDS, ({}, {"liver_tumor": REAL}, {"kidney_left": ball(SHAPE, (8, 20, 24), 10)}), strict=True):
        case = by_hand(**masks)
        case.id = id
        case.save(folder)
    return folder


def made(source, folder, organs="liver,kidney", method=None, **how):
    return synthesize_atlas(Atlas.open(source), organs, method or Blob(), folder, **{"size": 8.0, "progress": False} | how)


@dataclasses.dataclass(frozen=True)
class OnADevice(Blob):
    device: str = "cpu"


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if ".part-" not in str(path)}


@pytest.fixture(scope="module")
def whole(source, tmp_path_factory):
    return made(source, tmp_path_factory.mktemp("made") / "X")


def test_the_cases_are_in_abdomenatlas_layout_and_open_as_an_atlas(whole):
    assert sorted(path.name for path in whole.folder.iterdir()) == [*IDS, "skipped.csv", "synthesis.csv"]
    assert whole.atlas.ids == IDS
    assert {path.name for path in (whole.folder / IDS[0]).iterdir()} == {
        "ct.nii.gz", "combined_labels.nii.gz", "segmentations", "case.json", "record.json",
    }  # fmt: skip


def test_every_case_gets_as_many_tumours_over_all_its_organs(whole):
    assert whole.tumours.groupby("id").size().to_dict() == dict.fromkeys(IDS, 7)
    of_the_first = whole.tumours[whole.tumours["id"] == IDS[0]].groupby("organ").size()
    assert sorted(of_the_first) == [3, 4]
    assert whole.errors == {}


@pytest.mark.parametrize(("organs", "per_case"), [("liver", 1), ("liver,kidney", 3), ("kidney_left,kidney_right,liver", 5)])
def test_the_count_holds_for_other_numbers_and_organs(source, tmp_path, organs, per_case):
    found = made(source, tmp_path / "X", organs, per_case=per_case)
    assert set(found.tumours.groupby("id").size()) == {per_case}
    assert set(found.tumours["organ"]) <= {"liver", "kidney"}


def test_organs_with_a_real_tumour_are_left_out_and_counted(whole, source):
    row = whole.skipped[whole.skipped["reason"] == "real tumour"]
    assert row[["id", "organ"]].to_numpy().tolist() == [[IDS[1], "liver"]]
    assert whole.summary.loc["liver", "skipped: real tumour"] == 1
    case = Case.open(whole.folder / IDS[1])
    assert np.array_equal(case.labels["liver_tumor"], REAL)
    before = Case.open(source / IDS[1])
    liver = before.labels["liver"]
    assert np.array_equal(case.ct.array[liver], before.ct.array[liver])
    assert set(whole.tumours[whole.tumours["id"] == IDS[1]]["organ"]) == {"kidney"}


def test_one_side_that_is_cut_leaves_the_other(whole):
    row = whole.skipped[whole.skipped["id"] == IDS[2]]
    assert row[["organ", "reason", "detail"]].to_numpy().tolist() == [["kidney_left", "cut", "kidney_right is used"]]
    assert "kidney_left" not in set(whole.tumours[whole.tumours["id"] == IDS[2]]["structure"])


def test_an_organ_at_the_edge_is_used_when_most_of_it_is_in_view(tmp_path):
    edge = np.pad(ball(SHAPE, (78, 32, 24), 33), ((0, 0), (0, 0), (0, 1)))[:, :, 1:]
    by_hand(liver=edge & ~ball(SHAPE, (45, 20, 24), 11)).save(tmp_path / "source")
    case = Case.open(tmp_path / "source" / IDS[0])
    assert case.labels.status("liver") == "cut"
    assert case.labels.volume_ml("liver") > 1000
    found = made(tmp_path / "source", tmp_path / "X", "liver")
    assert len(found.tumours) == 7
    assert not len(found.skipped)


@pytest.mark.filterwarnings("ignore:stomach, spleen")
def test_what_is_missing_absent_or_too_small_is_counted_by_its_reason(tmp_path):
    by_hand(pancreas=ball(SHAPE, (45, 45, 24), 2)).save(tmp_path / "source")
    found = made(tmp_path / "source", tmp_path / "X", "stomach,spleen,pancreas,liver", size=14.0, per_case=3)
    reasons = dict(found.skipped[["organ", "reason"]].to_numpy().tolist())
    assert reasons == {"stomach": "not annotated", "spleen": "absent", "pancreas": "too small"}
    assert found.tumours["organ"].tolist() == ["liver"] * 3
    assert found.summary.loc["pancreas", ["tumours", "skipped: too small"]].tolist() == [0, 1]


def test_a_crowded_organ_takes_what_fits(tmp_path):
    by_hand().save(tmp_path / "source")
    found = made(tmp_path / "source", tmp_path / "X", "kidney_right", size=12.0, per_case=60)
    assert 3 < len(found.tumours) < 60
    assert not len(found.skipped)
    tumours = Case.open(tmp_path / "X" / IDS[0]).labels.cropped("kidney_tumor").voxels * 8 / 1000
    assert found.tumours["volume_ml"].sum() == pytest.approx(tumours)


def test_organs_outside_what_was_published_are_named_once_and_a_case_without_a_fit_organ_is_not_written(source, tmp_path):
    with pytest.warns(UserWarning, match="spleen") as said:
        found = made(source, tmp_path / "X", "spleen")
    (only,) = said
    assert str(only.message) == "spleen: tumours there are outside what was published (liver, pancreas, kidney)"
    assert not (tmp_path / "X").exists() or not any((tmp_path / "X").glob("BDMAP*"))
    assert set(found.skipped["reason"]) == {"absent"}
    assert len(found.tumours) == 0
    assert found.summary.loc["spleen", "skipped: absent"] == 3


def test_tumours_of_another_size_than_planned_are_counted_in_the_summary_without_a_warning_each(whole, source, tmp_path):
    assert "off_size" not in whole.summary
    found = made(source, tmp_path / "X", per_case=4, size=34.0)
    off = (found.tumours["diameter_mm"] / found.tumours["planned_mm"] - 1).abs() > 0.05
    assert off.any()
    assert found.summary.loc[["kidney", "liver"], "off_size"].to_dict() == off.groupby(found.tumours["organ"]).sum().to_dict()


def test_combined_labels_hold_organ_and_tumour_ids(whole):
    case = Case.open(whole.folder / IDS[0])
    (whole.folder / "alone").mkdir()
    try:
        for name in ("ct.nii.gz", "combined_labels.nii.gz"):
            shutil.copy(whole.folder / IDS[0] / name, whole.folder / "alone")
        combined = Case.open(whole.folder / "alone").labels
    finally:
        shutil.rmtree(whole.folder / "alone")
    assert {"liver", "liver_tumor", "kidney_left", "kidney_right", "kidney_tumor"} <= set(combined)
    assert np.array_equal(combined["liver_tumor"], case.labels["liver_tumor"])
    assert not (case.labels["liver_tumor"] & ~case.labels["liver"]).any()


def test_the_tables_are_on_disk_as_they_are_returned(whole):
    tumours, skipped = (pd.read_csv(whole.folder / name) for name in ("synthesis.csv", "skipped.csv"))
    pd.testing.assert_frame_equal(tumours, whole.tumours.round(3), check_dtype=False)
    assert skipped.fillna("").to_numpy().tolist() == whole.skipped.to_numpy().tolist()
    assert tumours["diameter_mm"].between(6, 10).all()


def test_a_case_says_what_it_was_made_of(whole, source):
    said = Case.open(whole.folder / IDS[1]).provenance
    assert (said["method"], said["seed"], said["per_case"], said["organs"]) == ("blob", 0, 7, ["liver", "kidney"])
    assert said["case"]["id"] == IDS[1]
    assert said["case"]["ct_bytes"] == (source / IDS[1] / "ct.nii.gz").stat().st_size
    assert said["skipped"][0]["reason"] == "real tumour"
    assert len([row for record in said["synthetic"] for row in record["tumours"]]) == 7
    assert said["synthetic"] == json.loads((whole.folder / IDS[1] / "record.json").read_text())


def test_the_records_make_the_same_case_again(source, tmp_path):
    found = made(source, tmp_path / "X", method="handcrafted")
    for id in IDS:
        case = Case.open(source / id)
        for record in json.loads((tmp_path / "X" / id / "record.json").read_text()):
            case = remake(case, record).case
        wanted = found.atlas[id]
        assert np.array_equal(case.ct.array, wanted.ct.array)
        assert all(np.array_equal(case.labels[name], wanted.labels[name]) for name in wanted.labels)


# The same bytes


def test_two_processes_write_the_same_bytes_as_one(whole, source, tmp_path):
    made(source, tmp_path / "X", workers=2)
    assert contents(tmp_path / "X") == contents(whole.folder)


@pytest.mark.slow
def test_a_cluster_writes_the_same_bytes(source, tmp_path):
    (tmp_path / "cluster").mkdir()
    made(source, tmp_path / "alone", method="handcrafted")
    with cluster(tmp_path / "cluster") as address:
        made(source, tmp_path / "X", method="handcrafted", cluster=address)
    assert contents(tmp_path / "X") == contents(tmp_path / "alone")


def test_no_bytes_depend_on_when_or_beside_which_cases(whole, source, tmp_path):
    time.sleep(1.1)  # what holds the time of day would differ
    synthesize_atlas(Atlas.open(source).select(IDS[1:2]), "liver,kidney", Blob(), tmp_path / "X", size=8.0, progress=False)
    assert contents(tmp_path / "X" / IDS[1]) == contents(whole.folder / IDS[1])


def test_another_seed_makes_others(whole, source, tmp_path):
    other = made(source, tmp_path / "X", seed=1)
    places = [set(zip(*(table[f"{axis}_mm"] for axis in "xyz"), strict=True)) for table in (other.tumours, whole.tumours)]
    assert not set.intersection(*places)


# Runs that were stopped

DIES = """
import os, signal, sys
import atlas_lab.data.case, atlas_lab.synthesis.whole_atlas.case
from atlas_lab.data import Atlas
from atlas_lab.synthesis.whole_atlas import synthesize_atlas
from tests.synthesis.blobs import Blob

where, name = sys.argv[3].rsplit(":")
module = sys.modules[where] if where in sys.modules else getattr(atlas_lab.data.case, where)
real, calls = getattr(module, name), []

def dies_at_the_second(*given, **named):
    calls.append(1)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **named)

setattr(module, name, dies_at_the_second)
synthesize_atlas(Atlas.open(sys.argv[1]), "liver,kidney", Blob(), sys.argv[2], size=8.0, progress=False)
"""
MOMENTS = {
    "half the masks written": ("label_files:save_combined", 1),
    "no record yet": ("atlas_lab.synthesis.whole_atlas.case:write_text", 1),
    "in its place": ("atlas_lab.synthesis.whole_atlas.case:flush_folder", 2),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_goes_on_and_ends_with_the_same_bytes(moment, whole, source, tmp_path):
    where, there = MOMENTS[moment]
    target = tmp_path / "X"
    died = subprocess.run([sys.executable, "-c", DIES, source, target, where], cwd=ROOT, capture_output=True, text=True)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert [path.name for path in sorted(target.glob("BDMAP*"))] == IDS[:there]
    assert Atlas.open(target).ids == IDS[:there]
    before = (target / IDS[0] / "ct.nii.gz").stat().st_mtime_ns
    found = made(source, target)
    assert contents(target) == contents(whole.folder)
    assert (target / IDS[0] / "ct.nii.gz").stat().st_mtime_ns == before
    pd.testing.assert_frame_equal(found.tumours, whole.tumours)


@pytest.mark.slow
def test_processes_that_outlive_a_killed_run_break_nothing(whole, source, tmp_path):
    target = tmp_path / "X"
    script = f"""
from atlas_lab.data import Atlas
from atlas_lab.synthesis.whole_atlas import synthesize_atlas
from tests.synthesis.blobs import Blob
synthesize_atlas(Atlas.open({str(source)!r}), "liver,kidney", Blob(), {str(target)!r}, size=8.0, workers=2, progress=False)
"""
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) as run:
        while run.poll() is None and not any(target.glob(".part-*")):
            time.sleep(0.005)
        run.kill()
    found = made(source, target)
    time.sleep(3)  # what was in work when the run died is finished by now
    assert contents(target) == contents(whole.folder)
    assert found.errors == {}


def test_a_run_after_the_last_changes_nothing(whole, source):
    before = {path: path.stat().st_mtime_ns for path in whole.folder.rglob("*.nii.gz")}
    again = made(source, whole.folder)
    assert {path: path.stat().st_mtime_ns for path in whole.folder.rglob("*.nii.gz")} == before
    pd.testing.assert_frame_equal(again.tumours, whole.tumours)
    pd.testing.assert_frame_equal(again.skipped, whole.skipped)


def test_what_killed_runs_left_goes_once_it_is_old(source, tmp_path):
    old, young = (tmp_path / "X" / f".part-{name}" for name in ("old", "young"))
    for stage in (old, young):
        (stage / "BDMAP_00000001").mkdir(parents=True)
    os.utime(old, (time.time() - 100_000,) * 2)
    made(source, tmp_path / "X")
    assert not old.exists()
    assert young.exists()


def test_a_selection_first_and_the_rest_later(whole, source, tmp_path):
    atlas = Atlas.open(source)
    how = {"size": 8.0, "progress": False}
    synthesize_atlas(atlas[2:], "liver,kidney", Blob(), tmp_path / "X", **how)
    both = synthesize_atlas(atlas[:2], "liver,kidney", Blob(), tmp_path / "X", **how)
    pd.testing.assert_frame_equal(both.tumours, whole.tumours)
    assert contents(tmp_path / "X") == contents(whole.folder)


# Bad input


def test_a_damaged_case_is_reported_and_the_others_done(source, tmp_path):
    shutil.copytree(source, tmp_path / "source")
    ct = tmp_path / "source" / IDS[1] / "ct.nii.gz"
    ct.write_bytes(ct.read_bytes()[:5000])
    found = made(tmp_path / "source", tmp_path / "X")
    assert list(found.errors) == [IDS[1]]
    assert "ct.nii.gz" in found.errors[IDS[1]]
    assert found.atlas.ids == [IDS[0], IDS[2]]


def test_a_case_that_cannot_even_be_opened_is_reported(source, tmp_path):
    shutil.copytree(source, tmp_path / "source")
    atlas = Atlas.open(tmp_path / "source")
    (tmp_path / "source" / IDS[0] / "case.json").write_text("{")
    found = synthesize_atlas(atlas, "liver", Blob(), tmp_path / "X", size=8.0, progress=False)
    assert "case.json: cannot be read as JSON" in found.errors[IDS[0]]
    (tmp_path / "source" / IDS[2] / "ct.nii.gz").write_bytes(b"no image")
    with pytest.warns(UserWarning, match="cannot be read"):
        atlas = Atlas.open(tmp_path / "source", refresh=True)
    found = synthesize_atlas(atlas, "liver", Blob(), tmp_path / "Y", size=8.0, progress=False)
    assert set(found.errors) == {IDS[0], IDS[2]}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 1}, "seed: 0, not 1"),
        ({"size": "tiny"}, "size: 8.0, not 'tiny'"),
        ({"per_case": 3}, "per_case: 7, not 3"),
        ({"organs": "liver"}, "organs: "),
        ({"method": Blob(contrast=-30)}, "settings: "),
        ({"method": "handcrafted"}, "method: 'blob', not 'handcrafted'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_folder_of_another_origin_is_refused_and_left_alone(change, said, whole, source):
    before = contents(whole.folder)
    with pytest.raises(InputError, match=f"{IDS[0]}: is a case of another origin.*{said}"):
        made(source, whole.folder, **change)
    assert contents(whole.folder) == before


def test_numbers_of_numpy_are_the_same_order_as_plain_ones():
    wanted = Order.of("liver", "handcrafted", 3, 8.0, 5)
    for size in (np.float32(8), np.int64(8)):
        assert Order.of("liver", "handcrafted", np.int64(3), size, np.int64(5)).origin == wanted.origin


@pytest.mark.slow
def test_another_model_under_the_same_name_is_another_origin(source, tmp_path):
    from atlas_lab.learning.training.checkpoint import save
    from atlas_lab.synthesis.diffusion import Diffusion
    from atlas_lab.synthesis.diffusion.networks import LatentDiffusion
    from tests.synthesis.diffusion.test_model import about
    from tests.synthesis.diffusion.tiny import RECIPE

    def train(seed):
        network = LatentDiffusion(RECIPE.autoencoder, RECIPE.denoiser, seed)
        save({"network": network.state_dict(), "about": about()}, tmp_path / "model" / "last.ckpt")

    (tmp_path / "model").mkdir()
    train(0)
    model = Diffusion(tmp_path / "model")
    first = made(source, tmp_path / "X", method=model, per_case=2)
    assert len(first.tumours) == 6
    assert first.atlas[0].provenance["settings"]["model"] == str(tmp_path / "model")
    made(source, tmp_path / "X", method=model, per_case=2)
    train(1)
    with pytest.raises(InputError, match="weights: "):
        made(source, tmp_path / "X", method=model, per_case=2)
    (tmp_path / "model" / "last.ckpt").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"last.ckpt"):
        made(source, tmp_path / "Y", method=model)
    assert not (tmp_path / "Y").exists()


def test_cases_made_of_another_atlas_are_refused(whole, source, tmp_path):
    shutil.copytree(source, tmp_path / "moved")
    made(tmp_path / "moved", whole.folder)  # where the source lies does not matter
    case = by_hand()
    case.ct.array[0, 0, :5] += 1
    case.save(tmp_path / "moved", overwrite=True)
    with pytest.raises(InputError, match="it was made of another CT"):
        made(tmp_path / "moved", whole.folder)
    shutil.rmtree(tmp_path / "moved" / IDS[0])
    with pytest.raises(InputError, match="has no such case"):
        made(tmp_path / "moved", whole.folder)


def test_a_folder_with_something_else_is_refused(source, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file"):
        made(source, tmp_path / "file")
    with pytest.raises(InputError, match="in the way"):
        made(source, tmp_path)
    shutil.copytree(source, tmp_path / "cases")
    with pytest.raises(InputError, match=r"another origin \(source: None"):
        made(source, tmp_path / "cases")


def test_the_source_is_never_written_into(source):
    before = contents(source)
    for folder, said in ((source, "is the source atlas"), (source / "new", "lies in the source atlas")):
        with pytest.raises(InputError, match=said):
            made(source, folder)
    assert contents(source) == before
    assert not (source / "new").exists()


def test_a_case_that_lost_a_file_is_named(source, tmp_path):
    made(source, tmp_path / "X")
    (tmp_path / "X" / IDS[1] / "record.json").unlink()
    with pytest.raises(InputError, match=f"{IDS[1]}: is damaged"):
        made(source, tmp_path / "X")


def test_a_disk_that_is_too_small_is_refused_before_anything_is_written(source, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**12, 10**12 - 4_000, 4_000))
    with pytest.raises(InputError, match=r"3 cases need about 1.* MB of disk, 4 kB are free"):
        made(source, tmp_path / "X")
    assert not (tmp_path / "X").exists()


def test_the_estimate_of_the_disk_holds(whole, source, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(0, 0, 0))
    with pytest.raises(InputError, match="need about") as refused:
        check_space(whole.folder, sorted(source.glob("*/ct.nii.gz")))
    estimate = float(str(refused.value).split("about ")[1].split(" MB")[0]) * 1e6
    taken = sum(path.stat().st_size for path in whole.folder.rglob("*.nii.gz"))
    assert 0.7 * taken < estimate < 1.5 * taken


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"organs": "livr"}, "did you mean 'liver'"),
        ({"organs": ""}, "organ ''"),
        ({"organs": []}, "give one or more"),
        ({"organs": "kidney,kidney_left"}, "kidney_left is in both kidney and kidney_left"),
        ({"organs": "liver,liver"}, "give it once"),
        ({"organs": "liver_tumor"}, "organ 'liver_tumor'"),
        ({"method": "handcraftd"}, "did you mean 'handcrafted'"),
        ({"size": "erly"}, "did you mean 'early'"),
        ({"size": 900.0}, "size=900"),
        ({"per_case": 0}, "per_case=0"),
        ({"per_case": 2.0}, "per_case=2.0"),
        ({"per_case": 1000}, "at most 100"),
        ({"seed": -1}, "seed=-1"),
        ({"seed": True}, "seed=True"),
        ({"workers": 0}, "workers=0"),
        ({"workers": "2"}, "workers='2'"),
    ],
    ids=str,
)
def test_bad_input_is_refused_before_anything_is_written(source, tmp_path, how, said):
    with pytest.raises(InputError, match=said):
        made(source, tmp_path / "X", **how)
    assert not (tmp_path / "X").exists()


def test_an_empty_selection_is_refused(source, tmp_path):
    with pytest.raises(InputError, match="none of its cases is chosen"):
        synthesize_atlas(Atlas.open(source)[:0], "liver", Blob(), tmp_path / "X", progress=False)


def test_a_device_that_is_not_here_is_refused_before_a_case_is_opened(source, tmp_path):
    with pytest.raises(ParameterError, match="device nowhere: is not here"):
        made(source, tmp_path / "X", method=OnADevice(device="nowhere"))
    assert not (tmp_path / "X").exists()


def test_a_cluster_that_does_not_answer_leaves_nothing(source, tmp_path):
    with pytest.raises(ParameterError, match="no Dask scheduler answers"):
        made(source, tmp_path / "X", cluster="nowhere")
    assert not (tmp_path / "X").exists()
