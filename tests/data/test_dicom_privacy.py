"""Who the patient is stays in the DICOM file, unless it is asked for."""

import json
import pickle

import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.data.dicom import read_ct
from atlas_lab.data.dicom.privacy import stated_phase
from tests.data.dicom_files import write_series

STORED = np.zeros((3, 4, 5), np.int16)
SECRETS = ("Secret", "SECRET", "19330203", "20010911", "1.2.840", "1.2.3")
TAGS = {
    "Manufacturer": "ACME",
    "KVP": 120,
    "ConvolutionKernel": ["B30f", "3"],
    "PatientSex": "F",
    "PatientAge": "067Y",
    "SeriesDescription": "Arterial Mr Secret",
}


def test_identifiers_reach_neither_the_case_nor_its_files(tmp_path):
    write_series(tmp_path / "scan", STORED, **TAGS)
    case = Case.open(tmp_path / "scan")
    assert case.meta == {
        "modality": "CT",
        "manufacturer": "ACME",
        "kvp": 120.0,
        "slice_thickness_mm": 2.5,
        "convolution_kernel": "B30f, 3",
        "sex": "F",
        "age": 67,
        "phase": "arterial",
    }
    saved = case.save(tmp_path / "out")
    written = b"".join(path.read_bytes() for path in saved.rglob("*.json")) + pickle.dumps(case.ct)
    assert not [secret for secret in SECRETS if secret.encode() in written]


def test_identifiers_come_when_asked_for(tmp_path):
    write_series(tmp_path, STORED, **TAGS)
    _, meta = read_ct(tmp_path, keep_identifiers=True)
    kept = meta["identifiers"]
    assert kept["patient_name"] == "Secret^Name"
    assert kept["patient_id"] == "SECRET-ID"
    assert kept["birth_date"] == "19330203"
    assert kept["series_uid"] == "1.2.3"
    assert all(secret in json.dumps(kept) for secret in SECRETS)


@pytest.mark.parametrize(("stated", "age"), [("067Y", 67), ("018M", 1), ("030D", 0), ("097Y", 90), ("", None), ("old", None)])
def test_ages_are_whole_years_and_the_oldest_are_not_told_apart(tmp_path, stated, age):
    def change(_, made):
        made.add_new("PatientAge", "LO", stated)

    write_series(tmp_path, STORED, change=change)
    assert read_ct(tmp_path)[1].get("age") == age


@pytest.mark.parametrize(
    ("description", "phase"),
    [
        ("ABD ARTERIAL 2.0", "arterial"),
        ("Portal_venous", "portal"),
        ("abdomen native", "non_contrast"),
        ("Non-contrast 5mm", "non_contrast"),
        ("arterial and portal", None),
        ("Thorax 1.0 B30f", None),
    ],
)
def test_a_phase_is_only_known_where_it_is_stated(description, phase):
    assert stated_phase(description) == phase
