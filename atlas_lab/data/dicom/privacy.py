"""What is kept of a header: facts of the scan, never who the patient is, unless that is asked for."""

import re
from typing import Any

_SCAN = {
    "modality": "Modality",
    "manufacturer": "Manufacturer",
    "model": "ManufacturerModelName",
    "kvp": "KVP",
    "slice_thickness_mm": "SliceThickness",
    "convolution_kernel": "ConvolutionKernel",
    "sex": "PatientSex",
}
_NUMBERS = ("kvp", "slice_thickness_mm")
_IDENTIFIERS = {
    "patient_name": "PatientName",
    "patient_id": "PatientID",
    "birth_date": "PatientBirthDate",
    "study_date": "StudyDate",
    "study_time": "StudyTime",
    "series_date": "SeriesDate",
    "acquisition_date": "AcquisitionDate",
    "accession_number": "AccessionNumber",
    "institution": "InstitutionName",
    "referring_physician": "ReferringPhysicianName",
    "study_description": "StudyDescription",
    "series_description": "SeriesDescription",
    "study_uid": "StudyInstanceUID",
    "series_uid": "SeriesInstanceUID",
    "frame_of_reference_uid": "FrameOfReferenceUID",
}
_PHASES = {
    "non_contrast": r"non[ _-]?contrast|without contrast|w/o|unenhanced|native|\bnc(ct)?\b",
    "arterial": r"arterial|\bart\b",
    "portal": r"portal|venous|\bpvp?\b",
}
_OLDEST = 90  # a higher age alone can identify a person (HIPAA safe harbor, 45 CFR 164.514(b)(2)(i)(C))
_YEARS = {"Y": 1.0, "M": 1 / 12, "W": 7 / 365.25, "D": 1 / 365.25}


def facts(dataset: Any, *, keep_identifiers: bool) -> dict[str, Any]:
    """The scan's facts out of a header: modality, manufacturer, kvp, kernel, sex, age in years, phase where stated, …

    Names, ids, dates, places, UIDs and free text come only with `keep_identifiers`, under "identifiers".
    """
    known: dict[str, Any] = {}
    for key, keyword in _SCAN.items():
        value = _text(dataset.get(keyword))
        if value:
            known[key] = _number(value) if key in _NUMBERS else value
    age = _age(_text(dataset.get("PatientAge")))
    if age is not None:
        known["age"] = age
    phase = stated_phase(_text(dataset.get("SeriesDescription")))
    if phase:
        known["phase"] = phase
    if keep_identifiers:
        found = {key: _text(dataset.get(keyword)) for key, keyword in _IDENTIFIERS.items()}
        known["identifiers"] = {key: value for key, value in found.items() if value}
    return {key: value for key, value in known.items() if value is not None}


def stated_phase(description: str) -> str | None:
    """The contrast phase (one of `anatomy.PHASES`) a series description states; None when it names none, or several."""
    said = [phase for phase, pattern in _PHASES.items() if re.search(pattern, description.replace("_", " "), re.IGNORECASE)]
    return said[0] if len(said) == 1 else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    many = value if isinstance(value, list | tuple) or type(value).__name__ == "MultiValue" else [value]
    return ", ".join(str(v) for v in many).strip()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _age(text: str) -> int | None:
    """`063Y` → 63; whole years, 90 for everyone older."""
    match = re.fullmatch(r"(\d{1,3})([YMWD])", text)
    return min(_OLDEST, int(int(match[1]) * _YEARS[match[2]])) if match else None
