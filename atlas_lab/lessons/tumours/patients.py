"""Patients without tumours of the organ, for tumours to be made in."""

from atlas_lab import anatomy
from atlas_lab.data import Case
from atlas_lab.data.phantom import patient
from atlas_lab.lessons.source import PHANTOM, open_case
from atlas_lab.synthesis.organs import structures_of


def healthy(source: str = PHANTOM, organ: str = "liver", *, spacing_mm: float = 2.0, seed: int = 0) -> Case:
    """The case of a lesson: a phantom patient's organ in voxels of `spacing_mm`, portal phase, or a real case with its mask.

    InputError: an unknown organ, no case there, no mask of the organ.
    """
    structures_of(organ)
    if source != PHANTOM:
        return open_case(source, needs=[organ])
    return patient(0, seed=seed, phase="portal", roi=organ, spacing=spacing_mm, lesions=[]).case("phantom")


def three_phases(organ: str, *, seed: int = 0) -> dict[str, Case]:
    """One phantom patient in each contrast phase, voxels of 2.5 mm, without lesions."""
    made = {phase: patient(0, seed=seed, phase=phase, roi=organ, spacing=2.5, lesions=[]) for phase in anatomy.PHASES}
    return {phase: scan.case(f"phantom_{phase}") for phase, scan in made.items()}
