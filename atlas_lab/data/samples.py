"""A real patient to end a lesson on."""

import functools
import os
from pathlib import Path

from tqdm.auto import tqdm

from atlas_lab import anatomy
from atlas_lab.data import cache
from atlas_lab.data.case import Case
from atlas_lab.data.hub_errors import Offline
from atlas_lab.data.layouts.id_labels import open_labels
from atlas_lab.data.layouts.naming import Naming
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError

__all__ = ["Offline", "abdomen"]

ID = "TS_ABD_0001"
LICENCE = "Apache-2.0"
ATTRIBUTION = (
    "TotalSegmentator (Wasserthal et al., Radiology: Artificial Intelligence 2023), github.com/wasserth/TotalSegmentator,"
    " tests/reference_files; masks by its fast model, not by an expert"
)
# a commit, so that the files never change
_BASE = (
    "https://raw.githubusercontent.com/wasserth/TotalSegmentator/853cd2fea2e8870e473dba2f911b989a54b6e274/tests/reference_files/"
)
CT, LABELS = "ct.nii.gz", "source_multilabel.nii.gz"
# our name → (its name there, SHA-256)
_FILES = {
    CT: ("example_ct.nii.gz", "dbd3ae6d614d1d7ef3a46925c30c70038ed52da6b37fdd6afdc7b9b71387e3e1"),
    LABELS: ("example_seg_fast_force_split.nii.gz", "e8097758e56e73099075b6caaebce23ef11bc6fad66a4ec3753b9406846558c7"),
}
_TIMEOUT_S = (3.0, 20.0)  # to connect, between two packets: an offline lesson must not hang


def abdomen(*, download: bool = True) -> Case:
    """One real abdominal CT (3 mm, 122 x 101 x 112 voxels, 2.3 MB) with 22 organ masks under their AbdomenAtlas names.

    Looked for in the folder `ATLAS_LAB_TEST_DATA` names, then in the cache, then fetched from the TotalSegmentator
    project (Apache-2.0) unless `download` is False. The attribution is printed once. `Offline` (an InputError):
    it is not here and cannot be fetched; InputError: what arrived has another SHA-256.
    """
    folder = _local() or _fetched(download)
    _print_attribution()
    ct = Volume.open(folder / CT)
    labels = open_labels(folder / LABELS, Naming.of_set(anatomy.label_set("totalsegmentator")), ct)
    provenance = {"source": _BASE + _FILES[CT][0], "attribution": ATTRIBUTION, "licence": LICENCE}
    return Case(ID, ct, labels, provenance=provenance)


def _local() -> Path | None:
    named = os.environ.get("ATLAS_LAB_TEST_DATA")
    folder = Path(named, "cases", ID) if named else None
    return folder if folder and all((folder / name).is_file() for name in _FILES) else None


def _fetched(download: bool) -> Path:
    import pooch
    import requests

    root = cache.folder()
    folder = (root or cache.temporary_folder()) / "samples" / ID
    for name, (source, sha256) in _FILES.items():
        if not download and not ((folder / name).is_file() and pooch.file_hash(folder / name) == sha256):
            raise Offline(f"the sample {ID} is not on this machine; call samples.abdomen() without download=False to fetch it")
        try:
            pooch.retrieve(_BASE + source, sha256, name, folder, downloader=pooch.HTTPDownloader(timeout=_TIMEOUT_S))
        except requests.RequestException as error:
            raise Offline(
                f"{_BASE}{source}: cannot be fetched ({type(error).__name__}); connect, or set ATLAS_LAB_TEST_DATA to a copy"
            ) from error
        except ValueError as error:
            raise InputError(f"{_BASE}{source}: what arrived has another SHA-256 than expected; try again later") from error
    return folder


@functools.cache  # once a session, however many lessons ask
def _print_attribution() -> None:
    tqdm.write(f"{ID}: {ATTRIBUTION}. Licence: {LICENCE}.")
