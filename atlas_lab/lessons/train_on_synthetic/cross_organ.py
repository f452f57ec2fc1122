"""Tumours of one organ moved into another: how far that carries, at either end of the premise that they look alike."""

import dataclasses
import itertools
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from atlas_lab.data.phantom import OrganSimilarity
from atlas_lab.evaluation.statistics import proportion
from atlas_lab.lessons.train_on_synthetic.cohort import Cohort
from atlas_lab.lessons.train_on_synthetic.judging import detections, threshold_at
from atlas_lab.lessons.train_on_synthetic.origin import EDGES_MM
from atlas_lab.lessons.train_on_synthetic.patients import Wanted, one_tumour, phantoms, smallest_mm
from atlas_lab.lessons.train_on_synthetic.running import Results, run, trainings_of
from atlas_lab.lessons.train_on_synthetic.setting import MOVED, REAL, Arm, Setting
from atlas_lab.lessons.train_on_synthetic.transforms import Piece
from atlas_lab.synthesis.realism import lesions_of
from atlas_lab.synthesis.sizes import EARLY_MM

FROM, INTO = "liver", "kidney"
_FIRST = 9000  # no patient of the other experiments


def pieces_of(setting: Setting, similarity: float | OrganSimilarity, count: int, *, workers: int = 1) -> list[Piece]:
    """`count` real liver tumours of all diameters, one a patient, cut out on the voxels of the setting."""
    least, alike = smallest_mm(setting.spacing_mm) + 0.1, OrganSimilarity.of(similarity)
    ranges = [(max(low, least), high) for low, high in itertools.pairwise(EDGES_MM) if high > least]
    wanted = []
    for index in range(count):
        orders = one_tumour(FROM, index // len(ranges), ranges[index % len(ranges)])
        wanted.append(Wanted(_FIRST + index, FROM, setting.spacing_mm, setting.phase, orders, similarity=alike, close=True))
    found = lesions_of(phantoms(wanted, workers=workers), f"{FROM}_tumor", spacing_mm=setting.spacing_mm)
    return [Piece(lesion.relative, lesion.mask, lesion.diameter_mm, lesion.level) for lesion in found]


def cross_organ(
    setting: Setting, similarities: Sequence[float], folder: Path, *, pieces: int = 12, own: bool = False,
    seeds: Sequence[int] = (0,), workers: int = 1,
) -> dict[str, Results]:  # fmt: skip
    """Segmenters of kidney tumours that have seen liver tumours in kidneys (arm `moved`), by how alike organs' tumours look.

    `own` adds the arm that is trained on real kidney tumours. Each key is `organ_similarity 0.5`.
    """
    setting = dataclasses.replace(setting, organ=INTO)
    arms = [*([Arm(REAL)] if own else []), Arm(MOVED)]
    trainings = {}
    for similarity in map(float, similarities):
        cohort = Cohort.phantom(setting, [1.0], similarity=similarity, real=own, workers=workers)
        moved, place = pieces_of(setting, similarity, pieces, workers=workers), folder / f"similarity_{similarity:g}"
        trainings[f"organ_similarity {similarity:g}"] = trainings_of(cohort, setting, arms, seeds, place, pieces=moved)
    run(list(itertools.chain(*trainings.values())), workers=workers)
    return {name: run(done) for name, done in trainings.items()}


def by_diameter(results: Results, arm: Arm | str, setting: Setting) -> pd.DataFrame:
    """The share of tumours that is found below 2 cm and above, at the setting's false positives a case: value, low, high, n."""
    chosen = results.lesions[results.lesions["arm"] == str(arm)]
    hits: dict[str, list[int]] = {}
    n: dict[str, int] = {}
    for _, part in chosen.groupby("seed"):
        found = detections(part)
        table = found.sensitivity_by_size("diameter", (0, EARLY_MM), threshold=threshold_at(found, setting.false_positives))
        for number, name in enumerate((f"below {EARLY_MM:g}", f"from {EARLY_MM:g}")):
            hits.setdefault(name, []).append(int(table["hits"].iloc[number]))
            n[name] = int(table["n"].iloc[number])
    shares = {name: proportion(round(sum(hits[name]) / len(hits[name])), n[name]) for name in n}
    rows = [(share.value, share.low, share.high, share.n) for share in shares.values()]
    return pd.DataFrame(rows, index=pd.Index(list(shares), name="diameter_mm"), columns=["value", "low", "high", "n"])
