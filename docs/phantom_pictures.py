"""Make the model card's pictures: patients beside a real CT, lesions and mimics at 1 mm. Run by `make pictures`."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from atlas_lab.data import Volume, samples
from atlas_lab.data.phantom import LESIONS, MIMICS, Order, PhantomPatient, patient
from atlas_lab.data.phantom.lesions import BY_TYPE

HERE = Path(__file__).parent
ABDOMEN, LUNG, BONE = (-160, 240), (-1000, 400), (-200, 800)
PHASES = ("non_contrast", "arterial", "portal")
PAIRED = {"kidney_right": "kidney", "lung_right": "lung"}
SHOWN_MM = 36.0  # half the side of a close-up


def slice_of(ct: np.ndarray, axis: int, index: int) -> np.ndarray:
    """A plane as radiologists see it: the patient's right on the left, front or head up."""
    return np.asarray(ct).take(index, axis)[::-1, ::-1].T


def planes(row: list[Axes], ct: np.ndarray, spacing: np.ndarray, at: np.ndarray, title: str) -> None:
    """Axial, coronal and sagittal plane through voxel `at`, cropped to the body."""
    body = np.argwhere(ct > -300)
    low, high = body.min(axis=0), body.max(axis=0) + 1
    ct, at = ct[low[0] : high[0], low[1] : high[1], low[2] : high[2]], at - low
    for axes, axis, aspect in zip(row, (2, 1, 0), ((1, 0), (2, 0), (2, 1)), strict=True):
        axes.imshow(
            slice_of(ct, axis, int(at[axis])),
            cmap="gray",
            vmin=ABDOMEN[0],
            vmax=ABDOMEN[1],
            aspect=spacing[aspect[0]] / spacing[aspect[1]],
        )
    row[0].set_title(title, fontsize=9, loc="left")


def patients() -> None:
    """Twelve patients of two hospitals in three phases, and the real one at three places."""
    figure = Figure(figsize=(20, 14), layout="constrained", facecolor="black")
    cells = [[figure.add_subplot(5, 9, 9 * r + c + 1) for c in range(9)] for r in range(5)]
    case = samples.abdomen()
    volume: Volume = case.ct
    for column, name in enumerate(("pancreas", "kidney_left", "intestine")):
        at = np.argwhere(case.labels[name]).mean(axis=0)
        planes(cells[0][3 * column : 3 * column + 3], volume.array, np.array(volume.spacing), at, f"REAL CT, at the {name}")
    for number in range(12):
        hospital, phase = ("north", "west")[number // 6], PHASES[number % 3]
        made = patient(number, hospital=hospital, phase=phase, spacing=2.0)
        at = np.argwhere(made.masks[("pancreas", "kidney_left")[number % 2]]).mean(axis=0)
        title = f"{hospital}, {made.meta['sex']} {made.meta['age']}, {phase.replace('_', ' ')}"
        row, column = 1 + number // 3, 3 * (number % 3)
        planes(cells[row][column : column + 3], made.ct, np.diag(made.affine)[:3], at, title)
    save(figure, "phantom_patients.jpg")


def lesions() -> None:
    """Every type of lesion, outlined as it is labelled, and every mimic, in the phase that shows it."""
    figure = Figure(figsize=(18, 9.6), layout="constrained", facecolor="black")
    for number, kind in enumerate((*LESIONS, *MIMICS)):
        axes = figure.add_subplot(3, 6, number + 1)
        made, fact = example(kind.name)
        index = np.linalg.solve(made.affine, [*fact["center_mm"], 1])[:3]
        half = SHOWN_MM / np.diag(made.affine)[:2]
        (x0, y0), (x1, y1) = np.maximum(index[:2] - half, 0).astype(int), (index[:2] + half).astype(int)
        window = LUNG if kind.name == "lung_nodule" else BONE if "plaque" in kind.name else ABDOMEN
        level = int(np.clip(round(index[2]), 0, made.ct.shape[2] - 1))
        axes.imshow(slice_of(made.ct[x0:x1, y0:y1], 2, level), cmap="gray", vmin=window[0], vmax=window[1])
        if kind.label:
            outline = slice_of(made.masks[kind.label][x0:x1, y0:y1], 2, level)
            if outline.any() and not outline.all():
                axes.contour(outline, levels=[0.5], colors="#f59e0b", linewidths=1.2)
        name = kind.name.replace("_", " ")
        axes.set_title(f"{name}\n{made.meta['phase'].replace('_', ' ')}, {fact['diameter_mm']:.0f} mm", fontsize=9, loc="left")
    save(figure, "phantom_lesions.jpg")


def example(name: str) -> tuple[PhantomPatient, dict]:
    """A patient who has this lesion or mimic, around it at 1 mm, and what is known of it."""
    kind = BY_TYPE[name]
    low, high = kind.diameter_mm
    organ = "pancreas" if name == "unopacified_bowel" else PAIRED.get(kind.organs[0], kind.organs[0])
    phase = "arterial" if name in ("hepatocellular_carcinoma", "pancreatic_neuroendocrine_tumor", "haemangioma") else "portal"
    for index in range(60):
        orders = [Order(name, 1, (max(low, min(14, high)), min(high, 26)))] if kind.label else None
        coarse = patient(index, phase=phase, spacing=4.0, lesions=orders)
        if not any(fact["type"] == name for fact in coarse.meta["lesions"] + coarse.meta["mimics"]):
            continue
        made = patient(index, phase=phase, roi=organ, spacing=1.0, lesions=orders)
        found = [fact for fact in made.meta["lesions"] + made.meta["mimics"] if fact["type"] == name]
        if found:
            return made, max(found, key=lambda fact: fact["diameter_mm"])
    raise RuntimeError(f"no patient has a {name}")


def save(figure: Figure, name: str) -> None:
    for axes in figure.axes:
        axes.axis("off")
        axes.title.set_color("white")
        axes.set_title(axes.get_title(loc="left"), fontsize=9, loc="left", color="white")
    figure.savefig(HERE / name, dpi=72, pil_kwargs={"quality": 85})


if __name__ == "__main__":
    patients()
    lesions()
