"""Can observers tell a method's tumours from the phantom's, as the phantom's move away from what synthesisers make?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from atlas_lab.data.case import Case
from atlas_lab.data.phantom import Order, patient
from atlas_lab.errors import InputError
from atlas_lab.synthesis.method import Method
from atlas_lab.synthesis.organs import organ_of, structures_of, tumor_of
from atlas_lab.synthesis.realism.collect import lesions_of
from atlas_lab.synthesis.realism.lesions import Lesions, check_side
from atlas_lab.synthesis.realism.matching import matched
from atlas_lab.synthesis.realism.observers import NAMES, Observed, Observer, check_observer, observe
from atlas_lab.synthesis.result import Synthesis
from atlas_lab.synthesis.synthesize import synthesize
from atlas_lab.synthesis.tissue import NoRoom

SCAN_MM = 2.5
VOXEL_MM = 1.25  # of what is compared: lesions then fill what observers are shown
PHASE = "portal"

_TYPES = {"liver": "metastasis", "pancreas": "pancreatic_ductal_adenocarcinoma", "kidney": "renal_cell_carcinoma"}


def separability(
    method: str | Method | Lesions = "handcrafted",
    gaps: Sequence[float] = (0.0, 0.25, 0.5, 0.75, 1.0),
    *,
    organ: str = "liver",
    patients: int = 20,
    per_patient: int = 2,
    diameter_mm: tuple[float, float] = (12.0, 30.0),
    observers: Sequence[str | Observer] = NAMES,
    seed: int = 0,
) -> pd.DataFrame:
    """Columns real_gap, observer, auc, low, high (95 %, by patient), pairs, patients, verdict: a row a gap and observer.

    At each `real_gap` (0: as Hu et al., CVPR 2023, would make them; 1: as published of real ones) `patients` phantom patients
    get `per_patient` tumours with diameters even over `diameter_mm`; as many other, healthy ones get synthetic ones of the
    same diameters by `method` (or give `Lesions` that were made so). All scans are portal, with voxels of 2.5 mm, and lesions are
    compared on voxels of 1.25 mm. Sizes are matched before observers see them.

    InputError: gaps outside 0 to 1, an organ other than liver, pancreas or kidney, fewer than two patients.
    """
    for gap in gaps:
        if not 0 <= gap <= 1:
            raise InputError(f"gaps: {gap!r} is outside 0 to 1, the range of the phantom's real_gap")
    for observer in observers:
        check_observer(observer)
    if isinstance(method, Lesions):
        synthetic = method
    else:
        synthetic = synthetic_lesions(
            method, organ=organ, patients=patients, per_patient=per_patient, diameter_mm=diameter_mm, seed=seed
        )
    check_side("synthetic", synthetic)
    if not np.isclose(synthetic.spacing_mm, VOXEL_MM):
        raise InputError(f"synthetic: has voxels of {synthetic.spacing_mm:g} mm; take it with spacing_mm={VOXEL_MM:g}")
    rows = []
    for gap in gaps:
        real = phantom_lesions(gap, organ=organ, patients=patients, per_patient=per_patient, diameter_mm=diameter_mm, seed=seed)
        check_side(f"real_gap {gap:g}", real)
        pairs = matched(real, synthetic)
        rows += [_row(gap, len(pairs[0]), observe(*pairs, observer, seed=seed)) for observer in observers]
    return pd.DataFrame(rows)


def phantom_lesions(
    real_gap: float,
    *,
    organ: str = "liver",
    patients: int = 20,
    per_patient: int = 2,
    diameter_mm: tuple[float, float] = (12.0, 30.0),
    seed: int = 0,
) -> Lesions:
    """The phantom's own tumours of one kind, at a `real_gap`, in its patients 0 to `patients` - 1. InputError: as `patient`."""
    order = Order(_type_of(organ), per_patient, diameter_mm)
    numbers = tqdm(range(patients), desc=f"real tumours, real_gap {real_gap:g}", leave=False)
    cases = (_scan(number, organ, [order], real_gap, seed) for number in numbers)
    return lesions_of(cases, tumor_of(organ), spacing_mm=VOXEL_MM)


def synthetic_lesions(
    method: str | Method,
    *,
    organ: str = "liver",
    patients: int = 20,
    per_patient: int = 2,
    diameter_mm: tuple[float, float] = (12.0, 30.0),
    seed: int = 0,
) -> Lesions:
    """Tumours of a method in healthy phantom patients, none of whom has one of `phantom_lesions`."""
    _type_of(organ)
    rng = np.random.default_rng([seed, 2])
    made: list[Synthesis] = []
    for number in tqdm(range(patients, 2 * patients), desc="synthetic tumours", leave=False):
        made += _synthetic(_scan(number, organ, [], 1.0, seed), organ, method, rng.uniform(*diameter_mm, per_patient), rng)
    return lesions_of(made, tumor_of(organ), spacing_mm=VOXEL_MM)


def _synthetic(case: Case, organ: str, method: str | Method, diameters: np.ndarray, rng: np.random.Generator) -> list[Synthesis]:
    """One tumour after another; each is taken from the scan in which it is the last."""
    made: list[Synthesis] = []
    for diameter in diameters:
        own = int(rng.integers(2**31))  # no two alike
        try:
            made.append(synthesize(case, organ, method, float(diameter), count=1, phase=PHASE, seed=own))
        except NoRoom:
            continue
        case = made[-1].case
    return made


def _scan(number: int, organ: str, lesions: list[Order], real_gap: float, seed: int) -> Case:
    # the whole organ on both sides: a crop around a lesion would tell them apart by its borders
    made = patient(number, seed=seed, phase=PHASE, roi=organ, spacing=SCAN_MM, lesions=lesions, real_gap=real_gap)
    return made.case(f"phantom_{number}")


def _type_of(organ: str) -> str:
    structures_of(organ)
    name = organ_of(organ)
    if name not in _TYPES:
        raise InputError(f"organ {organ!r}: the phantom grows tumours to compare with in {', '.join(_TYPES)}")
    return _TYPES[name]


def _row(gap: float, pairs: int, found: Observed) -> dict[str, Any]:
    return {
        "real_gap": gap, "observer": found.observer, "auc": found.auc.value, "low": found.auc.low, "high": found.auc.high,
        "pairs": pairs, "patients": found.auc.n, "verdict": found.verdict,
    }  # fmt: skip
