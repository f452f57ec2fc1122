"""Masks of a structure beside the truth, from several networks on the same cases: real ones from a folder, or made up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cc3d
import numpy as np
from scipy import ndimage

from atlas_lab.data import Case, LabelMap, Volume, nifti
from atlas_lab.data.label_files import open_masks, structure_files
from atlas_lab.errors import InputError
from atlas_lab.lessons.simulated import simulated_detector

BENCHMARK = "benchmarks/liver_tumor"
LARGE_ML = 1.0  # what `misses_small` sees: from 12 mm diameter on


@dataclass(frozen=True)
class Segmentation:
    """One network's mask of one case beside the truth, bool (x, y, z), and the voxel size in mm."""

    case: str
    network: str
    prediction: np.ndarray
    truth: np.ndarray
    spacing: tuple[float, float, float]


def real_segmentations(folder: str | Path) -> Iterator[Segmentation]:
    """Those in `folder`/benchmarks/liver_tumor: ground_truth/CASE.nii.gz and predictions/NETWORK/CASE.nii.gz, 1 = tumour.

    Case by case, read when they are asked for; what is missing is said at once. InputError: no such folder, no truth or
    network in it, a network that lacks a case; when it is read, another grid than the truth's.
    """
    root = _folder(folder, BENCHMARK)
    truths = sorted((root / "ground_truth").glob("*.nii.gz"))
    networks = sorted(path for path in root.glob("predictions/*") if path.is_dir())
    if not truths or not networks:
        raise InputError(f"{root}: needs ground_truth/CASE.nii.gz and predictions/NETWORK/CASE.nii.gz")
    for network in networks:
        if lacking := [path.name for path in truths if not (network / path.name).is_file()]:
            raise InputError(f"{network}: has no {', '.join(lacking)}; every network must have every case of ground_truth")
    return (pair for truth in truths for pair in _read(truth, networks))


def _read(path: Path, networks: Iterable[Path]) -> Iterator[Segmentation]:
    """What each network says of one case."""
    truth = Volume.open(path)
    for network in networks:
        prediction = Volume.open(network / path.name)
        if prediction.shape != truth.shape:
            raise InputError(f"{network / path.name}: shape {prediction.shape}, but the truth has {truth.shape}")
        case = path.name.removesuffix(".nii.gz")
        yield Segmentation(case, network.name, prediction.array > 0, truth.array > 0, truth.spacing)


def made_up_segmentations(
    patients: Iterable[Case], *, organ: str = "liver", lesion: str = "liver_tumor", seed: int = 0
) -> Iterator[Segmentation]:
    """What four networks with a bad habit each might give for the patients who have a lesion; none of them saw a CT.

    `cautious` draws a voxel too little, `generous` two too much and finds what is not there, `misses_small` leaves out
    lesions below 1 mL and draws the others a voxel too tall, `shifted` is off by one voxel.
    """
    for number, case in enumerate(patients):
        truth = case.labels[lesion]
        if not truth.any():
            continue
        spacing = case.ct.spacing
        imagined = simulated_detector(np.zeros_like(truth), case.labels[organ], spacing, seed=[seed, number], false_positives=3)
        large = cc3d.dust(truth, round(1000 * LARGE_ML / np.prod(spacing)), connectivity=26) > 0
        habits = {
            "cautious": ndimage.binary_erosion(truth),
            "generous": ndimage.binary_dilation(truth, iterations=2) | (imagined > 0),
            "misses_small": large | _moved_up(large),
            "shifted": _moved_up(truth),
        }
        for network, prediction in habits.items():
            yield Segmentation(case.id, network, prediction, truth, spacing)


def real_structures(folder: str | Path, network: str, case: str) -> tuple[Case, LabelMap]:
    """The annotated case `folder`/cases/CASE, and the masks in `folder`/predictions/NETWORK/CASE/segmentations.

    InputError: one of these folders is not there, no masks.
    """
    root = _folder(folder, f"predictions/{network}/{case}/segmentations")
    files = structure_files(root)
    if not files:
        raise InputError(f"{root}: has no NAME.nii.gz")
    return Case.open(_folder(folder, f"cases/{case}")), open_masks(files, nifti.read_format(next(iter(files.values()))), "1.1")


def _moved_up(mask: np.ndarray) -> np.ndarray:
    """A mask (x, y, z) one voxel nearer to the head; what leaves the grid is gone."""
    moved = np.zeros_like(mask)
    moved[:, :, 1:] = mask[:, :, :-1]
    return moved


def _folder(given: str | Path, part: str) -> Path:
    path = Path(given).expanduser() / part
    if not path.is_dir():
        raise InputError(f"{path}: there is no such folder; real= takes one with cases, predictions and benchmarks in it")
    return path
