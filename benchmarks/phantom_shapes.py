"""The form of the phantom's liver tumours beside that of expert masks: `python -m benchmarks.phantom_shapes [FOLDER]`.

FOLDER holds masks (NIfTI, above 0 is tumour; default: benchmarks/liver_tumor/ground_truth in the folder that
ATLAS_LAB_TEST_DATA names). Lesions on at least 5 slices count. The phantom's lie in its livers as they come, on voxels like
those of the masks. Prints the numbers to fit, then a two-sample Kolmogorov-Smirnov test for each statistic: whatever it
says is the figure, so its agreement is only that both sides were measured. `--figure FILE.png` draws the distributions.
"""

import argparse
import os
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

from atlas_lab.data.lesion_shape import STATISTICS, lesions, shape_statistics
from atlas_lab.data.phantom import Order, patient
from benchmarks.measure import report

MIN_SLICES = 5
VOXEL_MM = (0.78, 0.78, 5.0)  # the medians of the masks
PATIENTS = 40
FITTED = ["elongation", "flatness", "lobulation"]


def real(folder: Path) -> pd.DataFrame:
    """A row a lesion of the expert masks, with the number of slices it spans."""
    rows = []
    for path in sorted(folder.glob("*.nii.gz")):
        image = nib.load(path)
        spacing = [float(mm) for mm in image.header.get_zooms()[:3]]
        for lesion in lesions(np.asarray(image.dataobj) > 0):
            rows.append({"case": path.name, "slices": lesion.shape[2], **shape_statistics(lesion, spacing)})
    return pd.DataFrame(rows)


def phantom(patients: int) -> pd.DataFrame:
    """A row a liver tumour of the phantom on at least 5 slices."""
    orders = [Order("metastasis", 3), Order("hepatocellular_carcinoma", 1)]
    rows = []
    for index in range(patients):
        made = patient(index, seed=7, phase="portal", roi="liver", spacing=VOXEL_MM, lesions=orders)
        for lesion in lesions(made.masks["liver_tumor"], min_slices=MIN_SLICES):
            rows.append(shape_statistics(lesion, VOXEL_MM))
    return pd.DataFrame(rows)


def draw(masks: pd.DataFrame, made: pd.DataFrame, file: str) -> None:
    """The distribution function of each statistic, expert masks and phantom."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 3.2), layout="constrained")
    for axes, name in zip(figure.subplots(1, len(STATISTICS)), STATISTICS, strict=True):
        axes.ecdf(made[name], label=f"phantom, n={len(made)}", color="#17897b")
        axes.ecdf(masks[name], label=f"expert masks, n={len(masks)}", color="#c2410c")
        axes.set_title(f"{name.replace('_mm', ' (mm)')}, p = {ks_2samp(made[name], masks[name]).pvalue:.2f}", fontsize=10)
        axes.grid(alpha=0.3)
    figure.axes[0].legend(fontsize=8, loc="lower right")
    figure.axes[0].set_ylabel("share of lesions")
    figure.savefig(file, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", help="a folder of expert tumour masks")
    parser.add_argument("--patients", type=int, default=PATIENTS)
    parser.add_argument("--figure", help="draw the distributions into this file")
    given = parser.parse_args()
    named = given.folder or Path(os.environ.get("ATLAS_LAB_TEST_DATA", "nowhere"), "benchmarks", "liver_tumor", "ground_truth")
    everything = real(Path(named))
    if everything.empty:
        sys.exit(f"{named}: holds no masks; name a folder of expert tumour masks (*.nii.gz), or set ATLAS_LAB_TEST_DATA")
    masks = everything[everything["slices"] >= MIN_SLICES]
    logs = np.log(masks[FITTED])
    print(f"{len(masks)} of {len(everything)} lesions span at least {MIN_SLICES} slices")
    print(masks[list(STATISTICS)].describe().loc[["mean", "std", "min", "max"]].round(3))
    print("mean of the logarithms", logs.mean().round(3).to_dict())
    print("their covariance", logs.cov().round(4).to_numpy().tolist())
    sizes = np.log(everything["diameter_mm"])
    print(f"log diameter of all {len(sizes)}: mean {sizes.mean():.3f}, deviation {sizes.std():.3f}")
    made = phantom(given.patients)
    print(f"{len(made)} liver tumours of {given.patients} phantom patients span at least {MIN_SLICES} slices")
    print(made[list(STATISTICS)].describe().loc[["mean", "std", "min", "max"]].round(3))
    for name in STATISTICS:
        p = float(ks_2samp(made[name], masks[name]).pvalue)
        report(f"phantom.shapes.{name}", p, None, unit="p", peer_version=None, agreement=bool(np.isfinite(p)))
    if given.figure:
        draw(masks, made, given.figure)


if __name__ == "__main__":
    main()
