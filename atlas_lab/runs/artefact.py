"""`artefact`: where a notebook leaves what a later step, or a person, takes up."""

from pathlib import Path, PurePosixPath

from atlas_lab.errors import InputError
from atlas_lab.runs.run import current_folder

OUTSIDE = "atlas_lab_output"  # beside the notebook that is run by hand


def artefact(name: str) -> Path:
    """The path at which to write the file or folder `name`: in the current run's folder, outside a run in `atlas_lab_output`.

    Written as a literal in a notebook (`al.artefact("cohort.csv")`) the name is known before the notebook runs, so that
    a pipeline can refuse `${step.other.csv}` at once. Parent folders are made. InputError: the name leaves the folder.
    """
    relative = PurePosixPath(name)
    if not name or relative.is_absolute() or ".." in relative.parts or name.startswith("."):
        raise InputError(f"artefact {name!r}: give a name inside the run's folder, such as 'cohort.csv' or 'tables/cohort.csv'")
    path = (current_folder() or Path(OUTSIDE)) / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
