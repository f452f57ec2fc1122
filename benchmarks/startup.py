"""Importing atlas_lab, and opening an indexed atlas of 10,000 cases, beside the nearest neighbour's way."""

import os
import tempfile
from pathlib import Path

import nibabel as nib
import numpy as np

from atlas_lab.data import Atlas
from benchmarks.measure import in_new_process, interleaved, report, seconds, version

CASES = 10_000
_IMPORT = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"


def importing() -> None:
    ours, peer = interleaved(
        lambda: in_new_process(_IMPORT.format("atlas_lab")), lambda: in_new_process(_IMPORT.format("torchio"))
    )
    report("startup.import", ours, peer, unit="s", peer_version=version("torchio"), agreement=True)


def write_cases(root: Path) -> None:
    """10,000 case folders with real headers and 9 (empty) mask files each that nobody opens."""
    from atlas_lab import anatomy

    image = nib.Nifti1Image(np.zeros((4, 4, 4), np.int16), np.diag([-0.8, -0.8, 2.5, 1]))
    sample = root / "sample.nii.gz"
    nib.save(image, sample)
    content = sample.read_bytes()
    sample.unlink()
    for number in range(1, CASES + 1):
        masks = root / f"BDMAP_{number:08d}" / "segmentations"
        masks.mkdir(parents=True)
        (masks.parent / "ct.nii.gz").write_bytes(content)
        for structure in anatomy.STRUCTURES[:9]:
            (masks / f"{structure.name}.nii.gz").touch()


def opening(root: Path) -> None:
    def peer() -> list[tuple[str, tuple[int, ...]]]:
        """What people write: a glob, and nibabel for every header."""
        return [(p.parent.name, nib.load(p).shape) for p in sorted(root.glob("*/ct.nii.gz"))]

    indexed = Atlas.open(root)
    agree = [(id, tuple(row)) for id, *row in indexed.table[["shape_x", "shape_y", "shape_z"]].itertuples()] == peer()
    ours, theirs = interleaved(lambda: seconds(lambda: Atlas.open(root)), lambda: seconds(peer))
    report("startup.atlas", ours, theirs, unit="s", peer_version=version("nibabel"), agreement=agree)


def main() -> None:
    version("torchio")
    importing()
    with tempfile.TemporaryDirectory(prefix="atlas-lab-bench-") as name:
        root = Path(name) / "atlas"
        root.mkdir()
        os.environ["ATLAS_LAB_CACHE"] = str(Path(name) / "cache")
        write_cases(root)
        opening(root)


if __name__ == "__main__":
    main()
