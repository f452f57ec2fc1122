"""Downloads from the hub, against a local client with the two methods of huggingface_hub's that are used."""

import hashlib
import io
import tarfile
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from huggingface_hub import errors
from huggingface_hub.hf_api import HfApi, RepoFile, RepoFolder

from atlas_lab.data.atlas import Atlas
from atlas_lab.data.hub import SETS, download
from atlas_lab.data.hub_errors import Offline
from atlas_lab.errors import InputError


def nifti(number=0):
    image = nib.Nifti1Image(np.full((3, 3, 3), number, np.int16), np.eye(4))
    return image.to_bytes()


def case_files(number):
    folder = f"BDMAP_{number:08d}"
    return {f"{folder}/ct.nii": nifti(number), f"{folder}/segmentations/liver.nii": nifti(1), f"{folder}/notes.txt": b"seen"}


def tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


class FakeHub:
    """A repository in memory. `breaks` maps a path to the exception its download ends with."""

    def __init__(self, files):
        self.files = dict(files)
        self.sent: list[str] = []
        self.breaks: dict[str, Exception] = {}
        self.garbled: set[str] = set()

    def list_repo_tree(self, repo_id, path_in_repo=None, *, recursive=False, repo_type=None):
        assert repo_type == "dataset"
        if "" in self.breaks:
            raise self.breaks[""]
        prefix = f"{path_in_repo}/" if path_in_repo else ""
        inside = {path for path in self.files if path.startswith(prefix)}
        folders = {f"{prefix}{path.removeprefix(prefix).split('/')[0]}" for path in inside if "/" in path.removeprefix(prefix)}
        for folder in sorted(folders, reverse=True):  # the hub promises no order
            yield RepoFolder(path=folder, oid="0")
        for path in sorted(inside, reverse=True):
            if recursive or "/" not in path.removeprefix(prefix):
                yield self._entry(path)

    def _entry(self, path):
        content = self.files[path]
        git = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        large = path.endswith((".nii", ".gz"))
        lfs = {"size": len(content), "oid": hashlib.sha256(content).hexdigest(), "pointerSize": 100} if large else None
        return RepoFile(path=path, size=len(content), oid=git, lfs=lfs)

    def hf_hub_download(self, repo_id, filename, *, repo_type, local_dir):
        if filename in self.breaks:
            raise self.breaks[filename]
        self.sent.append(filename)
        path = Path(local_dir) / filename
        path.parent.mkdir(parents=True, exist_ok=True)
        content = self.files[filename]
        path.write_bytes(content[::-1] if filename in self.garbled else content)
        return str(path)


@pytest.fixture
def hub():
    files = {"README.md": b"# AbdomenAtlas", ".gitattributes": b""}
    for number in (3, 1, 2):
        files |= case_files(number)
    return FakeHub(files)


def answer(status):
    import sys

    library = sys.modules[errors.HfHubHTTPError.__bases__[0].__module__.partition(".")[0]]  # the one the client uses
    return library.Response(status, request=library.Request("GET", "https://huggingface.co"))


def test_the_client_has_the_calls_we_make():
    import inspect

    for ours, theirs in ((FakeHub.list_repo_tree, HfApi.list_repo_tree), (FakeHub.hf_hub_download, HfApi.hf_hub_download)):
        known = inspect.signature(theirs).parameters
        for name, parameter in inspect.signature(ours).parameters.items():
            assert name in known
            assert known[name].kind == parameter.kind


def test_the_first_cases_arrive_whole_and_open(hub, tmp_path, capsys):
    root = download("AbdomenAtlas1.0Mini", 2, tmp_path / "mini", client=hub)
    assert capsys.readouterr().out.startswith("AbdomenAtlas/AbdomenAtlas1.0Mini: licence CC BY-NC-SA 4.0")
    assert sorted(p.name for p in root.iterdir()) == ["BDMAP_00000001", "BDMAP_00000002"]
    atlas = Atlas.open(root)
    assert atlas[1].ct.array.max() == 2
    assert atlas.structures() == {"liver": 2}
    assert (root / "BDMAP_00000001" / "notes.txt").read_text() == "seen"


def test_a_second_call_fetches_only_what_is_missing(hub, tmp_path):
    hub.breaks["BDMAP_00000002/segmentations/liver.nii"] = ConnectionError("cable")
    with pytest.raises(Offline, match="cannot be reached"):
        download("AbdomenAtlas1.0Mini", 2, tmp_path / "mini", client=hub)
    assert Atlas.open(tmp_path / "mini").ids == ["BDMAP_00000001"]  # never half a case
    hub.breaks.clear()
    sent, hub.sent = hub.sent, []
    download("AbdomenAtlas1.0Mini", 2, tmp_path / "mini", client=hub)
    assert hub.sent == ["BDMAP_00000002/segmentations/liver.nii"]
    assert "BDMAP_00000002/ct.nii" in sent
    hub.sent = []
    download("AbdomenAtlas1.0Mini", 3, tmp_path / "mini", client=hub)
    assert {path.split("/")[0] for path in hub.sent} == {"BDMAP_00000003"}


def test_an_edited_case_is_never_fetched_over(hub, tmp_path):
    root = download("AbdomenAtlas1.0Mini", 1, tmp_path / "mini", client=hub)
    edited = root / "BDMAP_00000001" / "segmentations" / "liver.nii"
    edited.write_bytes(nifti(0))
    download("AbdomenAtlas1.0Mini", 2, tmp_path / "mini", client=hub)
    assert edited.read_bytes() == nifti(0)


@pytest.mark.parametrize("file", ["ct.nii", "notes.txt"])  # large files have a SHA-256, small ones git's hash
def test_a_wrong_checksum_is_refused_and_mended_by_the_next_call(hub, tmp_path, file):
    hub.garbled.add(f"BDMAP_00000001/{file}")
    with pytest.raises(InputError, match=rf"{file}: what arrived has another size or checksum"):
        download("AbdomenAtlas1.0Mini", 1, tmp_path / "mini", client=hub)
    assert not (tmp_path / "mini" / "BDMAP_00000001").exists()
    assert not list((tmp_path / "mini").rglob(file))
    hub.garbled.clear()
    assert Atlas.open(download("AbdomenAtlas1.0Mini", 1, tmp_path / "mini", client=hub)).ids == ["BDMAP_00000001"]


def test_cases_one_folder_deeper(hub, tmp_path):
    deeper = FakeHub({f"data/{path}": content for path, content in hub.files.items()})
    root = download("someone/else", 5, tmp_path / "else", client=deeper)
    assert Atlas.open(root).ids == [f"BDMAP_{n:08d}" for n in (1, 2, 3)]


def test_archives_of_several_cases_are_fetched_once(tmp_path):
    hub = FakeHub({"a.tar.gz": tar(case_files(1) | case_files(2)), "b.tar.gz": tar(case_files(3)), "README.md": b""})
    root = tmp_path / "packed"
    for asked, fetched in ((1, ["a.tar.gz"]), (2, []), (2, []), (3, ["b.tar.gz"]), (3, [])):
        hub.sent = []
        assert len(Atlas.open(download("_AbdomenAtlas1.0Mini", asked, root, client=hub))) == asked
        assert hub.sent == fetched
    assert [p.name for p in (root / ".download").iterdir()] == ["archives.json"]  # nothing large is left over


def test_an_archive_a_case(tmp_path):
    files = {path.partition("/")[2]: content for path, content in case_files(7).items()}
    root = download("someone/packed", 1, tmp_path, client=FakeHub({"BDMAP_00000007.tar.gz": tar(files)}))
    assert Atlas.open(root).ids == ["BDMAP_00000007"]


def test_an_archive_that_leaves_its_folder_is_refused(tmp_path):
    evil = FakeHub({"a.tar.gz": tar({"../../evil.txt": b"x", **case_files(1)})})
    with pytest.raises(InputError, match=r"'\.\./\.\./evil\.txt' leaves the folder"):
        download("someone/evil", 1, tmp_path / "a" / "b", client=evil)
    assert not list(tmp_path.rglob("evil.txt"))
    listed = FakeHub({"../evil/ct.nii": nifti()})
    with pytest.raises(InputError, match="leaves the folder"):
        download("someone/evil", 1, tmp_path / "c", client=listed)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (lambda: errors.GatedRepoError("403", response=answer(403)), "access must be asked for.*HF_TOKEN"),
        (lambda: errors.RepositoryNotFoundError("404", response=answer(404)), "is no data set on the hub"),
        (lambda: errors.HfHubHTTPError("500 Server Error\nmore", response=answer(500)), r"the hub refused \(500 Server Error\)"),
        (lambda: errors.OfflineModeIsEnabled("off"), "cannot be reached"),
        (lambda: errors.HfHubHTTPError.__bases__[0]("no route"), "cannot be reached"),
        (lambda: TimeoutError("slow"), "cannot be reached"),
    ],
)
def test_what_the_hub_says_is_told_in_one_line(hub, tmp_path, error, said):
    hub.breaks[""] = error()
    with pytest.raises(InputError, match=said) as told:
        download("AbdomenAtlas1.0Mini", 1, tmp_path / "mini", client=hub)
    assert "\n" not in str(told.value)
    assert not (tmp_path / "mini").exists()


@pytest.mark.parametrize(
    ("name", "cases", "said"),
    [
        ("AbdomenAtlas1.0", 1, r"unknown set 'AbdomenAtlas1\.0': did you mean"),
        ("a/b/c", 1, "unknown set"),
        ("AbdomenAtlas1.0Mini", 0, "at least one case"),
    ],
)
def test_wrong_requests(hub, tmp_path, name, cases, said):
    with pytest.raises(InputError, match=said):
        download(name, cases, tmp_path / "x", client=hub)


def test_a_set_without_cases(tmp_path):
    with pytest.raises(InputError, match="holds no cases"):
        download("someone/text", 1, tmp_path, client=FakeHub({"README.md": b""}))


def test_the_sets_are_the_public_ones():
    assert {s.repo for s in SETS.values()} == {"AbdomenAtlas/AbdomenAtlas1.0Mini", "AbdomenAtlas/_AbdomenAtlas1.0Mini"}
