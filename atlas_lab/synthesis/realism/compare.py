"""`realism`: are synthetic lesions like real ones?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from atlas_lab.errors import InputError
from atlas_lab.synthesis.realism.lesions import Lesions, check_lesions
from atlas_lab.synthesis.realism.matching import RATIO, matched
from atlas_lab.synthesis.realism.measures import measure_lesions
from atlas_lab.synthesis.realism.observers import NAMES, Observer, check_observer, observe
from atlas_lab.synthesis.realism.report import RealismReport
from atlas_lab.synthesis.realism.table import measure_table, observer_table

_ALIKE = 0.05  # of a voxel's side: scans that differ less are of one kind


def realism(real: Lesions, synthetic: Lesions, seed: int = 0, observers: Sequence[str | Observer] = NAMES) -> RealismReport:
    """Compare synthetic lesions with real ones: HU, contrast, edge, noise, texture, size, and what observers make of them.

    Sizes are compared as they are. For all else lesions are paired first, real and synthetic of diameters within a quarter of
    each other: large lesions have other edges and textures than small ones, and an observer would only tell sizes apart.
    `observers` are `hotelling` (channelised, linear) and `cnn` (a small network), cross-validated by patient; an empty
    list leaves them out. An observer that wins is reported so. Everything random comes from `seed`.

    InputError: no lesion, one patient on a side, no pair of one size, pairs of one patient, another voxel size, an unknown
    observer, HU that are no number.
    """
    check_lesions(real, synthetic)
    if isinstance(observers, str):
        raise InputError(f"observers={observers!r}: give a list, such as [{observers!r}]")
    for observer in observers:
        check_observer(observer)
    pairs = matched(real, synthetic)
    check_lesions(*pairs)
    measured = [measure_lesions(side) for side in pairs]
    observed = tuple(observe(*pairs, observer, seed=seed) for observer in observers)
    table = measure_table(list(zip(pairs, measured, strict=True)), (real, synthetic), seed)
    if observed:
        table = pd.concat([table, observer_table(observed)])
    names = ("real", "synthetic")
    return RealismReport(
        table,
        observed,
        _notes(real, synthetic, pairs[0]),
        dict(zip(names, measured, strict=True)),
        {name: side.diameters for name, side in zip(names, (real, synthetic), strict=True)},
        real.spacing_mm,
    )


def _notes(real: Lesions, synthetic: Lesions, paired: Lesions) -> tuple[str, ...]:
    notes = [
        f"{len(paired)} pairs of real and synthetic lesions with diameters within a factor of {RATIO:g} "
        f"(of {len(real)} and {len(synthetic)}); only the row diameter is of all lesions",
        "intervals and chance draw whole patients; p is Holm's over all measures",
    ]
    voxels = [np.median([lesion.scan_mm for lesion in side]) for side in (real, synthetic)]
    if abs(voxels[0] - voxels[1]) > _ALIKE * max(voxels):
        notes.append(
            f"the scans of real lesions have voxels of {voxels[0]:.2g} mm and those of synthetic ones of {voxels[1]:.2g} mm: "
            "what was found may be the scanners', not the lesions'"
        )
    if shared := len(set(real.patients) & set(synthetic.patients)):
        notes.append(f"{shared} patients have lesions of both kinds; they stay together in every fold and draw")
    return tuple(notes)
