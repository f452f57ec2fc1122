"""A real series, a real RTSTRUCT, and the NIfTI files that are the same scan."""

import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.data.dicom import find_rtstruct, list_series, read_ct
from atlas_lab.data.rtstruct import read_rtstruct
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

pytestmark = pytest.mark.real


def test_the_real_series_opens_to_its_nifti_twin(real_data):
    volume, meta = read_ct(real_data / "dicom" / "STS_019_CT")
    twin = Volume.open(real_data / "cases" / "STS_019" / "ct.nii.gz")
    np.testing.assert_array_equal(volume.array, twin.array)
    np.testing.assert_allclose(volume.affine, twin.affine, atol=1e-4)
    assert volume.original_orientation == twin.original_orientation == "LPS"
    assert meta["manufacturer"] == "GE MEDICAL SYSTEMS"
    assert "STS_019" not in str(meta)


def test_the_real_rtstruct_gives_its_voxel_mask(real_data):
    volume, _ = read_ct(real_data / "dicom")
    (path,) = find_rtstruct(real_data / "dicom")
    labels = read_rtstruct(path, volume)
    truth = Case.open(real_data / "cases" / "STS_019").labels["soft_tissue_sarcoma"]
    assert labels.names == ["GTV_Mass_CT"]
    drawn = labels["GTV_Mass_CT"]
    assert 2 * (drawn & truth).sum() / (drawn.sum() + truth.sum()) >= 0.98


def test_the_real_rtstruct_is_not_another_series(real_data):
    (series,) = list_series(real_data / "dicom")
    assert (series.modality, series.slices, series.shape) == ("CT", 47, (136, 134, 47))


def test_the_real_series_with_a_slice_taken_out_is_refused(real_data, tmp_path):
    for file in (real_data / "dicom" / "STS_019_CT").glob("*.dcm"):
        if file.name != "000020.dcm":
            (tmp_path / file.name).symlink_to(file)
    with pytest.raises(InputError, match=r"slice missing between z = -163\.50 and -156\.96 mm; got 46 of 47"):
        read_ct(tmp_path)
