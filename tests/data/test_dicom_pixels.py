"""Stored pixels become HU: rescaled, decompressed, on touch and not before."""

import re

import numpy as np
import pytest
from pydicom.pixels.common import CoderBase
from pydicom.uid import JPEG2000Lossless, RLELossless

from atlas_lab.data.dicom import read_ct
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError, MissingExtra
from tests.data.dicom_files import write_enhanced, write_series

RNG = np.random.default_rng(0)
STORED = RNG.integers(0, 3000, (4, 16, 12)).astype(np.uint16)
LARGER = RNG.integers(0, 3000, (2, 64, 48)).astype(np.uint16)  # JPEG 2000 needs some pixels


def _ras(values):
    return values.transpose(2, 1, 0)[::-1, ::-1]


def test_slope_and_intercept_give_whole_hu_as_int16(tmp_path):
    write_series(tmp_path, STORED, slope=2, intercept=-1024)
    volume, _ = read_ct(tmp_path)
    assert volume.array.dtype == np.int16
    np.testing.assert_array_equal(volume.array, _ras(STORED.astype(int) * 2 - 1024))


def test_a_fractional_slope_survives_a_round_trip(tmp_path):
    write_series(tmp_path / "in", STORED, slope=0.37, intercept=-1000.5)
    volume, _ = read_ct(tmp_path / "in")
    assert volume.array.dtype == np.float32
    np.testing.assert_allclose(volume.array, _ras(STORED * 0.37 - 1000.5), atol=1e-3)
    again = Volume.open(volume.save(tmp_path / "ct.nii.gz"))
    np.testing.assert_array_equal(again.array, volume.array)


def test_every_slice_has_its_own_intercept(tmp_path):
    def change(index, made):
        made.RescaleIntercept = -1000 - index

    write_series(tmp_path, STORED, change=change)
    expected = STORED.astype(int) - 1000 - np.arange(4)[:, None, None]
    np.testing.assert_array_equal(read_ct(tmp_path)[0].array, _ras(expected))


def test_stray_bits_above_the_stored_ones_are_not_values(tmp_path):
    def change(_, made):
        made.BitsStored, made.HighBit = 12, 11
        made.PixelData = (STORED[0] | 0xF000).tobytes()

    write_series(tmp_path, STORED[:1], change=change)
    np.testing.assert_array_equal(read_ct(tmp_path)[0].array, _ras(STORED[:1] & 0x0FFF))


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
def test_compressed_pixels_are_those_of_the_plain_file(tmp_path, syntax):
    write_series(tmp_path, LARGER, change=lambda _, made: made.compress(syntax, generate_instance_uid=False), intercept=-1024)
    np.testing.assert_array_equal(read_ct(tmp_path)[0].array, _ras(LARGER.astype(int) - 1024))


def test_a_missing_codec_names_the_extra_at_the_door(tmp_path, monkeypatch):
    write_series(tmp_path, LARGER, change=lambda _, made: made.compress(JPEG2000Lossless, generate_instance_uid=False))
    monkeypatch.setattr(CoderBase, "is_available", property(lambda self: False))
    with pytest.raises(MissingExtra, match=r"JPEG 2000.* DICOM needs .*atlas-lab\[dicom\]"):
        read_ct(tmp_path)


def test_an_enhanced_multi_frame_file_is_ordered_by_its_frames_positions(tmp_path):
    write_enhanced(tmp_path / "enhanced.dcm", STORED, intercept=-1000)
    volume, _ = read_ct(tmp_path / "enhanced.dcm")
    np.testing.assert_allclose(volume.spacing, (0.8, 0.7, 2.5))
    np.testing.assert_array_equal(volume.array, _ras(STORED.astype(int) - 1000))


def test_truncated_pixels_are_refused_at_the_door(tmp_path):
    paths = write_series(tmp_path, STORED)
    paths[2].write_bytes(paths[2].read_bytes()[:-10])
    with pytest.raises(InputError, match=re.escape(f"{paths[2]}: its pixel data end too early")):
        read_ct(tmp_path)


def test_damaged_compressed_pixels_are_told_on_touch(tmp_path):
    paths = write_series(tmp_path, STORED, change=lambda _, made: made.compress(RLELossless, generate_instance_uid=False))
    paths[2].write_bytes(paths[2].read_bytes()[:-300])
    volume, _ = read_ct(tmp_path)
    with pytest.raises(InputError, match=re.escape(f"{paths[2]}: its pixels cannot be decoded")):
        _ = volume.array


def test_opening_reads_no_pixel(tmp_path, monkeypatch):
    write_series(tmp_path, STORED)
    monkeypatch.setattr("atlas_lab.data.dicom.pixels.pixel_array", lambda *_: pytest.fail("pixels were read"))
    volume, _ = read_ct(tmp_path)
    assert volume.shape == (12, 16, 4)


def test_a_changed_slice_is_read_again_and_a_lost_one_is_told(tmp_path):
    paths = write_series(tmp_path, STORED)
    assert read_ct(tmp_path)[0].array.max() < 3000
    write_series(tmp_path, STORED + np.uint16(5000))
    volume, _ = read_ct(tmp_path)
    assert volume.array.max() > 3000
    later, _ = read_ct(tmp_path)
    paths[1].unlink()
    with pytest.raises(InputError, match=r"1\.2\.3_003\.dcm: is no longer there"):
        _ = later.array
