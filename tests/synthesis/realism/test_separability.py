"""Observers against the phantom's real_gap."""

import pytest

from atlas_lab.errors import InputError
from atlas_lab.synthesis.realism import Lesions, separability
from atlas_lab.synthesis.realism.separability import synthetic_lesions
from tests.synthesis.blobs import Blob
from tests.synthesis.realism.painted import many

SMALL = {"organ": "pancreas", "patients": 2, "per_patient": 1, "diameter_mm": (10.0, 12.0)}


def test_each_gap_has_a_row_with_its_area_interval_and_verdict():
    synthetic = synthetic_lesions(Blob(), **SMALL)
    found = separability(synthetic, [0.0, 1.0], observers=["hotelling"], **SMALL)
    assert list(found.columns) == ["real_gap", "observer", "auc", "low", "high", "pairs", "patients", "verdict"]
    assert found["real_gap"].tolist() == [0, 1]
    assert found["auc"].between(0, 1).all()
    assert (found["low"] <= found["auc"]).all()
    assert (found["pairs"] == 2).all()
    assert (found["patients"] == 4).all()  # no synthetic tumour is in a patient who has a real one


def test_what_cannot_be_compared_is_said_before_a_patient_is_made():
    with pytest.raises(InputError, match=r"gaps: 1\.5 is outside 0 to 1"):
        separability(gaps=[0, 1.5])
    with pytest.raises(InputError, match="organ 'spleen': the phantom grows tumours to compare with in liver"):
        separability(organ="spleen")
    with pytest.raises(InputError, match="did you mean 'hotelling'"):
        separability(observers=["hoteling"])
    with pytest.raises(InputError, match="synthetic: holds no lesion"):
        separability(Lesions((), 1.25))
    with pytest.raises(InputError, match=r"synthetic: has voxels of 1 mm; take it with spacing_mm=1\.25"):
        separability(many(4, "a"))
