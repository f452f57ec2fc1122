"""Files: what is read equals nibabel, what is saved is what was there, and bad files are named."""

import errno
import gzip
import itertools
import os

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

ORIENTATIONS = ["".join(codes) for codes in itertools.product("RL", "AP", "SI") for codes in itertools.permutations(codes)]
DTYPES = ["u1", "i1", "<i2", ">i2", "<u2", "<i4", "<u4", "<f4", ">f4", "<f8"]


def affine_for(codes: str, spacing=(0.8, 0.9, 2.5), origin=(-30.5, 12.25, 101.0)) -> np.ndarray:
    affine = np.zeros((4, 4))
    affine[3, 3] = 1
    for axis, code in enumerate(codes):
        row = next(i for i, pair in enumerate(("RL", "AP", "SI")) if code in pair)
        affine[row, axis] = spacing[axis] * (1 if code in "RAS" else -1)
    affine[:3, 3] = origin
    return affine


def write(path, array, affine, **header):
    image = nib.Nifti1Image(array, affine)
    image.set_data_dtype(array.dtype)
    for key, value in header.items():
        image.header[key] = value
    nib.save(image, path)
    return path


def assert_like_nibabel(volume: Volume, path) -> None:
    expected = nib.as_closest_canonical(nib.load(path))
    np.testing.assert_allclose(volume.affine, expected.affine, atol=1e-6)
    np.testing.assert_allclose(volume.array, expected.get_fdata(), rtol=1e-6, atol=1e-4)


@pytest.mark.parametrize("codes", ORIENTATIONS)
def test_all_48_orientations_load_as_ras_and_save_as_they_were(tmp_path, codes):
    array = np.arange(2 * 3 * 4, dtype=np.int16).reshape(2, 3, 4)
    path = write(tmp_path / "ct.nii.gz", array, affine_for(codes))
    volume = Volume.open(path)
    assert nib.aff2axcodes(volume.affine) == ("R", "A", "S")
    assert volume.original_orientation == codes
    assert_like_nibabel(volume, path)
    volume.save(tmp_path / "saved.nii.gz")
    saved, original = nib.load(tmp_path / "saved.nii.gz"), nib.load(path)
    assert np.array_equal(saved.affine, original.affine)
    assert np.array_equal(np.asarray(saved.dataobj), np.asarray(original.dataobj))


@settings(max_examples=60)
@given(
    rotation=st.tuples(*[st.floats(-40, 40)] * 3),
    spacing=st.tuples(*[st.floats(0.3, 8)] * 3),
    origin=st.tuples(*[st.floats(-500, 500)] * 3),
    codes=st.sampled_from(ORIENTATIONS),
    dtype=st.sampled_from(DTYPES),
    suffix=st.sampled_from([".nii", ".nii.gz"]),
)
def test_oblique_affines_and_dtypes_survive_a_round_trip_exactly(
    tmp_path_factory, rotation, spacing, origin, codes, dtype, suffix
):
    from scipy.spatial.transform import Rotation

    folder = tmp_path_factory.mktemp("oblique")
    affine = affine_for(codes, spacing, origin)
    affine[:3, :3] = Rotation.from_euler("xyz", rotation, degrees=True).as_matrix() @ affine[:3, :3]
    dtype = np.dtype(dtype)
    low, high = (0, 100) if dtype.kind == "u" else (-100, 100)
    array = np.random.default_rng(0).integers(low, high, (3, 4, 5)).astype(dtype)
    path = write(folder / f"ct{suffix}", array, affine)
    volume = Volume.open(path)
    assert volume.array.dtype == np.int16
    assert_like_nibabel(volume, path)
    volume.save(folder / f"saved{suffix}")
    original, saved = nib.load(path), nib.load(folder / f"saved{suffix}")
    assert np.array_equal(saved.affine, original.affine)
    assert saved.get_data_dtype() == original.get_data_dtype()
    assert np.array_equal(np.asarray(saved.dataobj), np.asarray(original.dataobj))


@settings(max_examples=60)
@given(slope=st.floats(0.01, 20), inter=st.floats(-2000, 2000), stored=st.lists(st.integers(0, 255), min_size=8, max_size=8))
def test_slope_and_intercept_are_applied_and_restored(tmp_path_factory, slope, inter, stored):
    folder = tmp_path_factory.mktemp("scaled")
    slope, inter = float(np.float32(slope)), float(np.float32(inter))
    header = nib.Nifti1Header()
    header.set_data_dtype(np.uint8)
    header.set_data_shape((2, 2, 2))
    header.set_sform(np.diag([1, 1, 1, 1]), code=1)
    header["scl_slope"], header["scl_inter"] = slope, inter
    raw = np.array(stored, dtype=np.uint8)
    path = folder / "ct.nii"
    header["vox_offset"] = 352
    header["magic"] = b"n+1"
    path.write_bytes(header.binaryblock + b"\0" * 4 + raw.tobytes())
    volume = Volume.open(path)
    expected = raw.reshape((2, 2, 2), order="F") * slope + inter
    np.testing.assert_allclose(volume.array, expected, rtol=1e-6)
    volume.save(folder / "saved.nii")
    saved = nib.load(folder / "saved.nii")
    assert saved.get_data_dtype() == np.uint8
    np.testing.assert_array_equal(np.asarray(saved.dataobj.get_unscaled()).reshape(-1, order="F"), raw)


def test_a_dtype_that_cannot_hold_the_result_is_widened(tmp_path):
    path = write(tmp_path / "ct.nii.gz", np.zeros((3, 3, 3), np.uint8), np.eye(4))
    volume = Volume.open(path)
    for value, dtype in ((255, np.uint8), (-1000, np.int16), (100_000, np.int32)):
        volume.like(np.full((3, 3, 3), value)).save(tmp_path / "wide.nii.gz")
        saved = nib.load(tmp_path / "wide.nii.gz")
        assert saved.get_data_dtype() == dtype
        assert (saved.get_fdata() == value).all()
    volume.like(np.full((3, 3, 3), 0.25, np.float32)).save(tmp_path / "wide.nii.gz")
    assert nib.load(tmp_path / "wide.nii.gz").get_data_dtype() == np.float32


def test_big_endian_files_stay_big_endian_when_widened(tmp_path):
    array = np.arange(27, dtype=">i2").reshape(3, 3, 3)
    image = nib.Nifti1Image(array, np.eye(4), header=nib.Nifti1Header(endianness=">"))
    image.set_data_dtype(">i2")
    nib.save(image, tmp_path / "ct.nii")
    volume = Volume.open(tmp_path / "ct.nii")
    np.testing.assert_array_equal(volume.array, array)
    volume.like(volume.array.astype(np.float32) + 0.5).save(tmp_path / "saved.nii")
    np.testing.assert_array_equal(nib.load(tmp_path / "saved.nii").get_fdata(), array + 0.5)


def test_values_are_int16_only_where_nothing_is_lost(tmp_path):
    whole = write(tmp_path / "a.nii", np.array([[[1.0, -1024.0]]], np.float32), np.eye(4))
    broken = write(tmp_path / "b.nii", np.array([[[1.0, 0.5]]], np.float32), np.eye(4))
    large = write(tmp_path / "c.nii", np.array([[[1, 40_000]]], np.int32), np.eye(4))
    empty = write(tmp_path / "d.nii", np.array([[[1, np.nan]]], np.float32), np.eye(4))
    assert Volume.open(whole).array.dtype == np.int16
    for path in (broken, large, empty):
        assert Volume.open(path).array.dtype == np.float32
        np.testing.assert_array_equal(Volume.open(path).array, nib.load(path).get_fdata())


def test_qform_is_used_where_there_is_no_sform(tmp_path):
    affine = affine_for("LPS")
    image = nib.Nifti1Image(np.zeros((2, 3, 4), np.int16), affine)
    image.set_sform(None, code=0)
    image.set_qform(affine, code=1)
    nib.save(image, tmp_path / "ct.nii.gz")
    volume = Volume.open(tmp_path / "ct.nii.gz")
    np.testing.assert_allclose(volume.affine, nib.as_closest_canonical(nib.load(tmp_path / "ct.nii.gz")).affine, atol=1e-5)
    volume.save(tmp_path / "saved.nii.gz")
    saved = nib.load(tmp_path / "saved.nii.gz")
    assert (int(saved.header["qform_code"]), int(saved.header["sform_code"])) == (1, 0)


def test_opening_reads_no_voxels(tmp_path):
    path = write(tmp_path / "ct.nii.gz", np.zeros((50, 50, 50), np.int16), np.eye(4))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])  # the header is whole, the voxels are not
    volume = Volume.open(path)
    assert volume.shape == (50, 50, 50)
    with pytest.raises(InputError, match=r"ct\.nii\.gz: ends too early"):
        _ = volume.array


def test_one_frame_of_four_dimensions_is_a_volume(tmp_path):
    path = write(tmp_path / "ct.nii.gz", np.ones((2, 3, 4, 1), np.int16), np.eye(4))
    assert Volume.open(path).shape == (2, 3, 4)
    frames = write(tmp_path / "frames.nii.gz", np.ones((2, 3, 4, 5), np.int16), np.eye(4))
    with pytest.raises(InputError, match=r"frames\.nii\.gz: has 5 frames"):
        Volume.open(frames)


IDENTITY = {"srow_x": [1, 0, 0, 0], "srow_y": [0, 1, 0, 0], "srow_z": [0, 0, 1, 0]}


def header_bytes(**fields) -> bytes:
    """A NIfTI-1 file whose affine is all zeros, with `fields` of the header changed."""
    header = nib.Nifti1Header()
    header.set_data_shape((2, 2, 2))
    header.set_data_dtype(np.int16)
    header["vox_offset"], header["magic"] = 352, b"n+1"
    header["sform_code"] = 1
    for key, value in fields.items():
        header[key] = value
    return header.binaryblock + b"\0" * 20


BROKEN = {
    "cannot be read: No such file": ("none.nii", None),
    "is not a NIfTI file": ("ct.nii", b"hello"),
    "is not a gzip file": ("ct.nii.gz", b"hello"),
    "is not a NIfTI file (": ("ct.nii.gz", gzip.compress(b"x" * 1000)),
    "is empty; copy or download it again": ("ct.nii.gz", b""),
    "ends too early": ("ct.nii.gz", gzip.compress(b"x" * 1000)[:12]),
    "truncated or damaged": ("ct.nii.gz", b"\x1f\x8bgarbage" * 9),
    "affine is singular": ("ct.nii", header_bytes()),
    "affine holds NaN": ("ct.nii", header_bytes(srow_x=[np.nan, 0, 0, 0])),
    "header is broken (voxels at byte -3": ("ct.nii", header_bytes(vox_offset=-3, **IDENTITY)),
    "ends too early (truncated or damaged); ": (
        "ct.nii.gz",
        gzip.compress(header_bytes(dim=[3, *[32767] * 3, 1, 1, 1, 1], **IDENTITY)),
    ),
    "header is broken": ("ct.nii", header_bytes(datatype=999)),
}


@pytest.mark.parametrize("said", BROKEN)
def test_bad_files_are_named_in_one_line(tmp_path, said):
    name, content = BROKEN[said]
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        _ = Volume.open(path).array
    message = str(caught.value)
    assert message.startswith(str(path))
    assert said in message
    assert "\n" not in message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_nobody_may_read_is_named(tmp_path):
    path = write(tmp_path / "ct.nii.gz", np.ones((2, 2, 2), np.int16), np.eye(4))
    path.chmod(0)
    with pytest.raises(InputError, match=r"ct\.nii\.gz: cannot be read: Permission denied"):
        Volume.open(path)


def test_a_damaged_byte_is_found_by_the_checksum(tmp_path):
    array = np.random.default_rng(0).integers(-1000, 1000, (30, 30, 30)).astype(np.int16)
    path = write(tmp_path / "ct.nii.gz", array, np.eye(4))
    content = bytearray(path.read_bytes())
    content[-6] ^= 0xFF  # the stored checksum
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        _ = Volume.open(path).array


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    path = write(tmp_path / "ct.nii.gz", np.ones((4, 4, 4), np.int16), np.eye(4))
    before = path.read_bytes()
    volume = Volume.open(path).like(np.full((4, 4, 4), 7, np.int16))

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"ct\.nii\.gz: cannot be written: the disk is full"):
        volume.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["ct.nii.gz"]


def test_the_same_voxels_give_the_same_bytes(tmp_path):
    volume = Volume(np.random.default_rng(0).integers(-1000, 1000, (64, 64, 300)).astype(np.int16), np.eye(4))
    assert volume.save(tmp_path / "a.nii.gz").read_bytes() == volume.save(tmp_path / "b.nii.gz").read_bytes()


@pytest.mark.real
@pytest.mark.parametrize("id", ["TS_ABD_0001", "TS_ABD_0002", "STS_002", "STS_019", "EV_370_SLICE", "EV_394_SLICE"])
def test_real_cts_equal_nibabel_and_survive_a_save(real_data, tmp_path, id):
    path = real_data / "cases" / id / "ct.nii.gz"
    volume = Volume.open(path)
    assert_like_nibabel(volume, path)
    volume.save(tmp_path / "ct.nii.gz")
    saved, original = nib.load(tmp_path / "ct.nii.gz"), nib.load(path)
    assert np.array_equal(saved.affine, original.affine)
    assert saved.get_data_dtype() == original.get_data_dtype()
    np.testing.assert_array_equal(saved.get_fdata(), original.get_fdata())
