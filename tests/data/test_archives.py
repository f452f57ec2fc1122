"""An archive is extracted whole and inside its folder, or not at all."""

import io
import os
import shutil
import stat
import tarfile
import zipfile

import pytest

from atlas_lab.data.archives import safe_extract
from atlas_lab.errors import InputError

FILES = {"a.txt": b"one", "deep/er/b.bin": bytes(range(256)) * 500, "./c.txt": b""}


def _zip(path, members=FILES, links=()):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        for name, target in links:
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
    return path


def _tar(path, members=FILES, links=(), kind=tarfile.SYMTYPE):
    with tarfile.open(path, "w:" + {".tar": ""}.get(path.suffix, path.suffix[1:])) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, target in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    return path


MAKERS = [(_zip, "x.zip"), (_tar, "x.tar"), (_tar, "x.tar.gz"), (_tar, "x.tar.bz2"), (_tar, "x.tar.xz")]


@pytest.mark.parametrize(("make", "name"), MAKERS)
def test_every_file_comes_out_as_it_went_in(tmp_path, make, name):
    out = tmp_path / "out"
    files = safe_extract(make(tmp_path / name), out)
    assert files == [out / "a.txt", out / "c.txt", out / "deep" / "er" / "b.bin"]
    assert [f.read_bytes() for f in files] == [b"one", b"", FILES["deep/er/b.bin"]]


@pytest.mark.parametrize(("make", "name"), MAKERS)
@pytest.mark.parametrize("evil", ["../evil", "a/../../evil", "/tmp/evil", "..\\evil", "C:\\evil", "C:evil"])
def test_a_path_that_leaves_the_folder_is_refused_before_anything_is_written(tmp_path, make, name, evil):
    archive = make(tmp_path / name, {"good.txt": b"1", evil: b"2"})
    with pytest.raises(InputError, match=r"member .*evil' (leaves the folder|has an absolute path)") as error:
        safe_extract(archive, tmp_path / "new" / "out")
    assert str(archive) in str(error.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize(
    "links",
    [
        [("link", "/etc/passwd")],
        [("link", "../secret")],
        [("deep/link", "../../secret")],
        [("x", "deep"), ("x2", "x/../../secret")],
        [("up", "."), ("link", "up/a.txt")],
        [("link", "nowhere")],
        [("link", "deep")],
    ],
)
@pytest.mark.parametrize(("make", "name"), MAKERS[:2])
def test_a_link_to_anything_but_a_file_of_the_archive_is_refused(tmp_path, make, name, links):
    with pytest.raises(InputError, match=r"member .* links to .*, which is no file in the archive"):
        safe_extract(make(tmp_path / name, links=links), tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize("kind", ["zip", "symbolic", "hard"])
def test_a_link_within_the_archive_becomes_a_copy(tmp_path, kind):
    if kind == "zip":
        archive = _zip(tmp_path / "x.zip", links=[("deep/link", "../a.txt")])
    elif kind == "symbolic":
        archive = _tar(tmp_path / "x.tar", links=[("deep/link", "../a.txt")])
    else:
        archive = _tar(tmp_path / "x.tar", links=[("deep/link", "a.txt")], kind=tarfile.LNKTYPE)
    safe_extract(archive, tmp_path / "out")
    copy = tmp_path / "out" / "deep" / "link"
    assert copy.read_bytes() == b"one"
    assert not copy.is_symlink()
    assert copy.stat().st_nlink == 1


@pytest.mark.parametrize("kind", [tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_a_device_is_refused(tmp_path, kind):
    with pytest.raises(InputError, match="'dev' is a device or pipe"):
        safe_extract(_tar(tmp_path / "x.tar", links=[("dev", "")], kind=kind), tmp_path / "out")


def test_a_pipe_in_a_zip_is_refused(tmp_path):
    info = zipfile.ZipInfo("pipe")
    info.external_attr = (stat.S_IFIFO | 0o644) << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(info, b"")
    with pytest.raises(InputError, match="'pipe' is a device or pipe"):
        safe_extract(tmp_path / "x.zip", tmp_path / "out")


@pytest.mark.parametrize(("make", "name"), MAKERS)
def test_more_than_the_disk_holds_is_refused_before_anything_is_written(tmp_path, make, name, monkeypatch):
    archive = make(tmp_path / name)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(InputError, match=r"GB free; nothing was extracted"):
        safe_extract(archive, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize(("make", "name"), MAKERS)
@pytest.mark.parametrize("kept", [0.3, 0.7])
def test_a_truncated_archive_leaves_nothing(tmp_path, make, name, kept):
    archive = make(tmp_path / name, {"a.bin": os.urandom(40_000), "b.bin": os.urandom(40_000)})
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(InputError, match=rf"{name}: ") as error:
        safe_extract(archive, tmp_path / "out")
    assert "\n" not in str(error.value)
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize(("make", "name"), [maker for maker in MAKERS if maker[1] != "x.tar"])  # which has no checksum
def test_changed_bytes_leave_nothing(tmp_path, make, name):
    archive = make(tmp_path / name, {"a.bin": os.urandom(40_000)})
    content = bytearray(archive.read_bytes())
    content[20_000] ^= 0xFF
    archive.write_bytes(content)
    with pytest.raises(InputError, match=rf"{name}: is .*damaged"):
        safe_extract(archive, tmp_path / "out")
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


def test_what_cannot_be_extracted_is_one_line(tmp_path):
    (tmp_path / "text.zip").write_text("no archive")
    _tar(tmp_path / "twice.tar", {"a": b"1", "a/b": b"2"})
    (tmp_path / "there").mkdir()
    for archive, to, told in (
        ("text.zip", "out", "is not a zip or tar archive"),
        ("gone.zip", "out", "does not exist"),
        ("twice.tar", "out", "is there twice"),
        ("twice.tar", "there", "already exists"),
    ):
        with pytest.raises(InputError, match=told) as error:
            safe_extract(tmp_path / archive, tmp_path / to)
        assert "\n" not in str(error.value)
