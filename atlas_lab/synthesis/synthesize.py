"""`synthesize`: tumours into one case. `remake`: the same ones again, from the record."""

import warnings
from collections.abc import Mapping
from typing import Any

from atlas_lab.data.case import Case
from atlas_lab.errors import InputError, nearest
from atlas_lab.synthesis import phases, sizes
from atlas_lab.synthesis.engine import Planned, stream
from atlas_lab.synthesis.given import annotated, fingerprint, phase_of
from atlas_lab.synthesis.making import made
from atlas_lab.synthesis.method import Method
from atlas_lab.synthesis.methods import METHODS, method_of, weights_of
from atlas_lab.synthesis.organs import organ_of, unpublished
from atlas_lab.synthesis.plain import checked_whole, plain_number
from atlas_lab.synthesis.result import Synthesis
from atlas_lab.synthesis.size_made import off_size
from atlas_lab.synthesis.tissue import Site


def synthesize(
    case: Case,
    organ: str,
    method: str | Method = "handcrafted",
    size: sizes.Asked = "small",
    count: int | None = None,
    phase: str = phases.AUTO,
    seed: int = 0,
) -> Synthesis:
    """Make tumours in an organ of a case, on any grid, and return a new case with their mask and record.

    `organ` is liver, pancreas, kidney (both sides), or a structure of the atlas; `method` handcrafted (Hu et al., CVPR 2023),
    automaton (Lai et al., MICCAI 2024), diffusion (Chen et al., CVPR 2024), or one with settings, such as
    `Handcrafted(mass_effect=True)`. `size` is tiny, small, medium, large, mix, early (below 20 mm) or a diameter in mm, of
    the sphere of the same volume. `count` None draws how many, and takes as many as find room; a number must all fit.
    `phase` "auto" is the case's own, or guessed from its HU. Vessels and lesions that are annotated stay clear.
    A warning says that an organ is outside what was published, another that tumours are more than 5 % off their diameter.
    NoRoom: the organ is too small for a tumour of this size. InputError: the organ's mask is missing or empty, an unknown
    organ, method, size or phase (with the nearest name), a count or seed that is no whole number, HU that are no number.
    """
    found = quietly(case, organ, method, size, count, phase, seed)
    for said in (unpublished([organ]), off_size(found.record)):
        if said:
            warnings.warn(said, stacklevel=2)
    return found


def quietly(
    case: Case,
    organ: str,
    method: str | Method,
    size: sizes.Asked,
    count: int | None = None,
    phase: str = phases.AUTO,
    seed: int = 0,
) -> Synthesis:
    """`synthesize` without its warnings: for many cases, whose report has them."""
    seed, count = checked_whole("seed", seed, 0), sizes.checked_count(count)
    structures = annotated(case, organ)
    phases.check_phase(phase)
    sizes.check_size(size)
    size = plain_number(size)
    chosen = method_of(method)
    name = organ_of(organ)
    entropy = (seed, *organ.encode())
    diameters = sizes.draw_diameters(size, count, name, stream(entropy, "sizes"))
    plans = [Planned(diameter, (*entropy, number)) for number, diameter in enumerate(diameters)]
    asked = {"size": size, "count": count, "planned": len(plans), "seed": seed}
    phase = phase_of(case, phase)
    return made(
        case, organ, structures, chosen, phase, plans, asked, ct=fingerprint(case), must_fit=count is not None
    )  # fmt: skip


def remake(case: Case, record: Mapping[str, Any]) -> Synthesis:
    """The tumours of a record, the same bytes, in the case that it was made of.

    InputError: no such record, another CT than the record's, a method that is not here, a model that was trained anew since.
    """
    if not isinstance(record, Mapping):
        raise InputError(f"record: give one record (a case's record.json is a list of them), not {type(record).__name__}")
    missing = {"organ", "method", "phase", "ct", "tumours", "asked"} - set(record)
    if missing:
        raise InputError(f"this is no record of a synthesis: it lacks {', '.join(sorted(missing))}")
    ct = fingerprint(case)
    if ct != record["ct"]:
        raise InputError(f"{case.id}: is not the CT that this record was made of (case {record.get('case')}); give that one")
    said = record["method"]
    if said["name"] not in METHODS:
        raise InputError(f"method {said['name']!r}: {nearest(said['name'], METHODS)}it is not in this version")
    plans = [Planned(row["diameter_mm"], tuple(row["seed"]), row["structure"], _site(row)) for row in record["tumours"]]
    method = method_of(said["name"], said["settings"])
    weights = said.get("weights")  # older records do not say them
    if weights is not None and weights != weights_of(method):
        raise InputError(
            f"{said['name']}: its model ({said['settings']['model'] or 'small'}) has other weights now than when this record was "
            "made; put the model of then in its place, or synthesize anew"
        )
    organ, asked = record["organ"], dict(record["asked"])
    return made(case, organ, annotated(case, organ), method, record["phase"], plans, asked, ct=ct, must_fit=True)


def _site(row: Mapping[str, Any]) -> Site:
    corner = row.get("corner", (0, 0, 0))  # a row without it counts in the organ's box
    x, y, z = (voxel - first for voxel, first in zip(row["voxel"], corner, strict=True))
    return Site((x, y, z), row["site_mm"], row["clipped"])
