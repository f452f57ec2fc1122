"""A sheet of 24 synthetic tumours, and what numbers say of each: `python -m benchmarks.synthesis_sheet OUT [--case FOLDER]`.

Three methods, eight tumours each: four in a real CT (default: the TotalSegmentator project's, fetched once), four in phantoms at
1 mm; each alone in a fresh case. OUT gets a picture a method, every tumour in three tiles (before, after, after with its
outline), and `sheet.csv`. Pictures of a real CT are for looking at, not for the repository.

A tumour passes when its voxels lie in its organ (of one that grows out of it: in nothing else that is annotated), when nothing
outside its recorded box has changed, neither CT nor masks, when its mean contrast is in the range of its organ and phase and at
least two standard deviations of the organ's noise (where that range reaches so far; both within the error of such a mean), its
diameter in its class, when the change fades out before it ends (the mean step there, within the organ, is at most half of the
contrast, or half a standard deviation of the noise), and when its grain is the organ's: neighbours differ at most 1.5 times as
much, also in a part that grows out of the organ. What the small diffusion model of the package makes in a real CT is shown as it
is and fails nothing.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import ndimage

from atlas_lab import figures
from atlas_lab.data import Case, LabelMap, Volume, samples
from atlas_lab.data.phantom import patient
from atlas_lab.runs import atomic_write
from atlas_lab.synthesis import Synthesis, synthesize
from atlas_lab.synthesis.contrast import contrast_range
from atlas_lab.synthesis.organs import structures_of, tumor_of
from atlas_lab.synthesis.sizes import range_mm
from atlas_lab.synthesis.tissue import NoRoom, level_and_noise

METHODS = ("handcrafted", "automaton", "diffusion")
REAL = (("liver", "small"), ("liver", "medium"), ("kidney", "small"), ("pancreas", "tiny"))
PHANTOM = (("liver", "early"), ("liver", "medium"), ("kidney", "medium"), ("pancreas", "small"))
SEEDS = 80
LEAST_CNR = 2.0
GRAIN = 0.1  # of the noise: its grain spans voxels, so that a mean of n of them varies by more than 1 / sqrt(n)
MOST_STEP = 0.5  # of the contrast, or of the noise's standard deviation
MOST_GRAIN = 1.5  # of the organ's
LEAST_PAIRS = 30  # of neighbours, to tell their grain
AROUND_MM = 20.0  # shown beside a tumour
CHECKS = ("in its organ", "nothing else", "contrast ok", "visible", "size ok", "no seam", "grain ok")


@dataclass(frozen=True)
class Sample:
    """A tumour of the sheet, and the case that it was made in."""

    method: str
    where: str
    size: str
    before: Case
    made: Synthesis

    @property
    def organ(self) -> str:
        return str(self.made.record["organ"])

    @property
    def shown_as_it_is(self) -> bool:
        return self.method == "diffusion" and self.where == "real"


def samples_of(method: str, real: Case, phantoms: dict[str, Case]) -> Iterator[Sample]:
    """Eight tumours of a method."""
    for number, (organ, size) in enumerate(REAL + PHANTOM):
        where = "real" if number < len(REAL) else "phantom"
        case = real if where == "real" else phantoms[organ]
        yield Sample(method, where, size, case, _made(case, organ, method, size, number))


def _made(case: Case, organ: str, method: str, size: str, seed: int) -> Synthesis:
    """One tumour, by the first seed whose diameter finds room."""
    for another in range(seed, seed + SEEDS, len(REAL + PHANTOM)):
        try:
            return synthesize(case, organ, method, size, 1, seed=another)
        except NoRoom as error:
            said = error
    raise said


def row(sample: Sample) -> dict[str, object]:
    """The tumour in numbers, and which of `CHECKS` it passes; None where a check does not apply."""
    (tumour,), record = sample.made.tumours, sample.made.record
    (planned,) = record["tumours"]
    organ = np.logical_or.reduce([sample.made.case.labels[name] for name in structures_of(sample.organ)])
    mask = tumour.mask.full
    _, noise = level_and_noise(sample.before.ct.array, sample.before.labels[tumour.structure], tumour.structure)
    low, high = contrast_range(tumour.organ, record["phase"])
    least, most = range_mm(sample.size)
    contrast, step = tumour.contrast_hu, _step_hu(sample, organ)
    grain = _grain(sample, mask)
    slack = noise * (GRAIN + 2 / np.sqrt(tumour.mask.voxels))
    own = {tumor_of(sample.organ), *structures_of(sample.organ)}
    others = [name for name in sample.made.case.labels if name not in own]
    inside = (
        not (mask & ~organ).any() if planned["clipped"] else not any((mask & sample.made.case.labels[n]).any() for n in others)
    )
    passed = (
        inside, _same_elsewhere(sample), low - slack <= contrast <= high + slack,
        abs(contrast) + slack >= LEAST_CNR * noise if max(abs(low), abs(high)) >= LEAST_CNR * noise else None,
        least <= tumour.diameter_mm <= most, step <= MOST_STEP * max(abs(contrast), noise),
        grain <= MOST_GRAIN,
    )  # fmt: skip
    return {
        "method": sample.method, "ct": sample.where, "structure": tumour.structure, "phase": record["phase"], "size": sample.size,
        "diameter_mm": tumour.diameter_mm, "contrast_hu": contrast, "range_hu": f"{low:.0f}…{high:.0f}",
        "noise_hu": noise, "step_hu": step, "grain": grain, **dict(zip(CHECKS, passed, strict=True)),
    }  # fmt: skip


def _same_elsewhere(sample: Sample) -> bool:
    """Whether all is as it was outside the recorded box: CT and masks."""
    (planned,) = sample.made.record["tumours"]
    elsewhere = np.ones(sample.before.ct.shape, bool)
    elsewhere[tuple(slice(*part) for part in planned["box"])] = False
    before, after = sample.before, sample.made.case
    same_ct = np.array_equal(before.ct.array[elsewhere], after.ct.array[elsewhere])
    return same_ct and not any(((before.labels[name] ^ after.labels[name]) & elsewhere).any() for name in before.labels)


def _step_hu(sample: Sample, organ: np.ndarray) -> float:
    """How much the CT changes, on average, where the change ends within the organ."""
    change = sample.made.case.ct.array.astype(np.float32) - sample.before.ct.array
    changed = change != 0
    end = changed & ndimage.binary_dilation(organ & ~changed)
    return abs(float(change[end].mean())) if end.any() else 0.0


def _grain(sample: Sample, mask: np.ndarray) -> float:
    """How much neighbours differ in the tumour, over how much they did in its organ: the larger of the parts in and out of it."""
    before = np.logical_or.reduce([sample.before.labels[name] for name in structures_of(sample.organ)])
    grows_out = not sample.made.record["tumours"][0]["clipped"]  # else what lies beyond is the organ's own edge, pushed there
    places = (mask & before, mask & ~before) if grows_out else (mask & before,)
    parts = [_differences(sample.made.case.ct.array, part) for part in places]
    organ = _differences(sample.before.ct.array, before)
    ratios = [float(np.median(part) / max(np.median(organ), 1.0)) for part in parts if part.size >= LEAST_PAIRS]
    return max(ratios, default=1.0)


def _differences(hu: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Of neighbours along x that are both in the mask."""
    found: np.ndarray = np.abs(np.diff(hu.astype(np.float32), axis=0)[mask[1:] & mask[:-1]])
    return found


def picture(samples: list[Sample], file: Path) -> None:
    """Each tumour before, after, and after with its outline."""
    tiles, captions = [], {}
    for number, sample in enumerate(samples):
        (tumour,) = sample.made.tumours
        said = f"{sample.where} {tumour.structure}, {tumour.diameter_mm:.0f} mm, {tumour.contrast_hu:+.0f} HU"
        for what, case, outlined in (
            ("before", sample.before, False), ("after", sample.made.case, False), ("outlined", sample.made.case, True),
        ):  # fmt: skip
            tile = _slice(case, sample, outlined)
            tile.id = f"{number + 1} {what}"
            captions[tile.id] = said
            tiles.append(tile)
    tumors = list(dict.fromkeys(tumor_of(sample.organ) for sample in samples))
    sheet = figures.gallery(tiles, structures=tumors, text=captions, limit=len(tiles), title=samples[0].method)
    with atomic_write(file) as temporary:
        sheet.savefig(temporary, format="png", dpi=110)


def _slice(case: Case, sample: Sample, outlined: bool) -> Case:
    """A square around the tumour in the axial slice in which it is largest."""
    (tumour,) = sample.made.tumours
    box, ct = tumour.mask.box, case.ct
    half = max((box[a].stop - box[a].start) * ct.spacing[a] for a in (0, 1)) / 2 + AROUND_MM
    z = box[2].start + int(tumour.mask.crop.sum(axis=(0, 1)).argmax())
    part = [
        slice(max(int(middle - half / side), 0), int(middle + half / side) + 1)
        for middle, side in (((box[a].start + box[a].stop) / 2, ct.spacing[a]) for a in (0, 1))
    ]
    where = (part[0], part[1], slice(z, z + 1))
    masks = {tumor_of(sample.organ): tumour.mask.full[where]} if outlined else {}
    hu = np.array(ct.array[where])
    return Case("slice", Volume(hu, ct.affine), LabelMap(masks, ct.affine, shape=hu.shape))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the folder for the pictures and the table")
    parser.add_argument("--case", help="the folder of another real case with masks of liver, kidneys and pancreas")
    parser.add_argument("--methods", default=",".join(METHODS), help="some of them")
    given = parser.parse_args()
    real = Case.open(given.case) if given.case else samples.abdomen()
    phantoms = {
        organ: patient(number, phase="portal", roi=organ, spacing=1.0, lesions=[]).case(f"phantom {organ}")
        for number, organ in enumerate(dict(PHANTOM))
    }
    rows = []
    for method in given.methods.split(","):
        made = list(samples_of(method, real, phantoms))
        rows += [row(sample) | {"as it is": sample.shown_as_it_is} for sample in made]
        picture(made, given.out / f"{method}.png")
    table = pd.DataFrame(rows).round({"diameter_mm": 1, "contrast_hu": 1, "noise_hu": 1, "step_hu": 1, "grain": 1})
    with atomic_write(given.out / "sheet.csv") as temporary:
        table.to_csv(temporary, index=False)
    words = {True: "yes", False: "NO", None: "-"}
    print(table.drop(columns="as it is").assign(**{name: table[name].map(words) for name in CHECKS}).to_string(index=False))
    failed = (table[list(CHECKS)].eq(False).any(axis=1) & ~table["as it is"]).sum()
    print(f"{len(table)} tumours, {failed} fail a check; pictures in {given.out}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
