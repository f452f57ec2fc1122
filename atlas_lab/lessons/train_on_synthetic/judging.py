"""What a segmenter says of the test patients: DSC of their tumours, each tumour found or missed, each mimic called."""

import dataclasses
import math

import cc3d
import numpy as np
import pandas as pd

from atlas_lab.data.masks import bounding_box
from atlas_lab.data.prior import dice
from atlas_lab.errors import InputError
from atlas_lab.evaluation import Detections, detect
from atlas_lab.evaluation.lesions import Detection
from atlas_lab.evaluation.statistics import proportion
from atlas_lab.learning import Backbone, Model, PreparedCases
from atlas_lab.learning.inference.seeing import see
from atlas_lab.learning.patches import PreparedCase
from atlas_lab.learning.patches.cut import AIR_HU
from atlas_lab.lessons.train_on_synthetic.patients import EDGES_MM, MIMIC, smallest_mm
from atlas_lab.lessons.train_on_synthetic.setting import Setting

CANDIDATE = 0.2  # the least probability of a candidate
LEAST_IOU = 0.1  # of a candidate with the tumour it finds, so that a whole organ called tumour finds none
_SPECK = 4  # voxels, below which a candidate is none: half of the smallest tumour that a phantom shows
ENOUGH_LESIONS = 60  # in a bin, below which nothing is decided
TOO_FEW = "too small to decide"
KEYS = ["arm", "seed", "look"]
_KEPT = ["case", "kind", "diameter_mm", "confidence", "outcome"]


def judged(model: Model, tests: PreparedCases, setting: Setting) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A row a patient (`case`, `dsc`), and a row a tumour, candidate and mimic (`kind` truth, prediction or mimic).

    The organ's mask is given, as to whoever made the synthetic tumours: nothing outside it is seen, or called. `outcome`
    and `confidence` are those of `al.evaluation.detect` (IoU 0.1 or more); a mimic's confidence is the highest probability
    of a candidate in it.
    """
    patients, lesions = [], []
    for case in tests:
        truth = _mask(case, tests, (setting.tumour,))
        organ = _mask(case, tests, setting.classes[:-1]) | truth
        soft = _suspicion(model, np.where(organ, case.hu, AIR_HU).astype(np.int16), organ, setting)
        patients.append({"case": case.id, "dsc": dice(truth, soft >= 0.5)})
        candidates = cc3d.dust(soft >= CANDIDATE, threshold=_SPECK, connectivity=26).astype(bool)
        found = detect(candidates, truth, tests.spacing, confidence=soft, rule="iou", min_iou=LEAST_IOU).table
        mimics = _mimics(case, tests, truth, soft) if MIMIC in tests.classes else []
        lesions.append(pd.DataFrame([*found.to_dict("records"), *mimics], columns=found.columns).assign(case=case.id)[_KEPT])
    return pd.DataFrame(patients), pd.concat(lesions, ignore_index=True)


def by_radius(lesions: pd.DataFrame, setting: Setting, *, rate: float | None = None) -> pd.DataFrame:
    """Sensitivity of one arm and look by radius, at `rate` false positives a case (default: the setting's).

    A row a bin of the published table and "all": n, hits (their mean over seeds, rounded), sensitivity, Wilson's `low` and
    `high`, the `alarms` a case that there are (fewer than `rate` where an arm raises no more), a `note`: whether the voxels
    are too coarse for (a part of) the bin, or its tumours too few to decide; and whether it is `decided`, by 60 tumours or
    more of which the voxels show some.
    """
    rate = rate if rate is not None else setting.false_positives
    tables, alarms = [], []
    for _, rows in lesions.groupby("seed"):
        found = detections(rows)
        threshold = threshold_at(found, rate)
        tables.append(found.sensitivity_by_size("radius", EDGES_MM, threshold=threshold).drop(index="early"))
        raised = (found.lesions["outcome"] == "false positive") & (found.lesions["confidence"] >= threshold)
        alarms.append(raised.sum() / len(found.cases))
    n, hits = tables[0]["n"], pd.concat([table["hits"] for table in tables], axis=1).mean(axis=1)
    shares = [proportion(round(k), int(count)) for k, count in zip(hits, n, strict=True)]
    made = pd.DataFrame(
        [(s.n, round(h), s.value, s.low, s.high) for s, h in zip(shares, hits, strict=True)],
        index=n.index, columns=["n", "hits", "sensitivity", "low", "high"],
    )  # fmt: skip
    edges = [*zip(EDGES_MM, [*EDGES_MM[1:], math.inf], strict=True), (0.0, math.inf)]
    made["alarms"] = float(np.mean(alarms))
    made["note"] = [_note(2 * low, 2 * high, count, setting) for (low, high), count in zip(edges, made["n"], strict=True)]
    shown = np.array([smallest_mm(setting.spacing_mm) < 2 * high for _, high in edges])
    made["decided"] = (made["n"] >= ENOUGH_LESIONS) & shown
    return made


def mimics_called(lesions: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """How many mimics an arm calls tumours at the threshold at which its sensitivity is read: a row a look."""
    rows = {}
    for look, part in lesions.groupby("look", sort=False):
        called, seeds = 0, part["seed"].nunique()
        for _, one in part.groupby("seed"):
            threshold = threshold_at(detections(one), setting.false_positives)
            mimics = one[one["kind"] == "mimic"]
            called += int((mimics["confidence"] >= max(threshold, CANDIDATE)).sum())
        share = proportion(round(called / seeds), int((part["kind"] == "mimic").sum()) // seeds)
        rows[look] = {"value": share.value, "low": share.low, "high": share.high, "n": share.n}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("look")


def detections(lesions: pd.DataFrame) -> Detections:
    """The lesions of one arm, look and seed, put back together."""
    seen = lesions[lesions["kind"] != "mimic"]
    return Detections({str(id): Detection(seen[seen["case"] == id], "iou", LEAST_IOU) for id in lesions["case"].unique()})


def threshold_at(found: Detections, rate: float) -> float:
    """The lowest confidence at which there are at most `rate` false positives a case."""
    imagined = found.lesions["outcome"] == "false positive"
    confidence = np.sort(found.lesions.loc[imagined, "confidence"].to_numpy(float))[::-1]
    allowed = int(rate * len(found.cases) + 1e-9)
    return 0.0 if len(confidence) <= allowed else float(np.nextafter(confidence[allowed], math.inf))


def _note(low_mm: float, high_mm: float, count: int, setting: Setting) -> str:
    least = smallest_mm(setting.spacing_mm)
    words = []
    if least >= high_mm:
        words.append("below resolution")
    elif least > low_mm and high_mm < math.inf:
        words.append(f"below resolution under {least:.3g} mm")
    if count < ENOUGH_LESIONS:
        words.append(TOO_FEW)
    return "; ".join(words)


def _suspicion(model: Model, hu: np.ndarray, organ: np.ndarray, setting: Setting) -> np.ndarray:
    """The probability of a tumour in the organ, float32 (x, y, z), 0 elsewhere."""
    soft, box = np.zeros(hu.shape, np.float32), bounding_box(organ)
    crop = see(_whole(model, hu[box].shape), hu[box], classes=[setting.tumour], soft=True).soft[0]
    soft[box][crop.box] = crop.values / np.float32(255)
    return np.where(organ, soft, 0)


def _whole(model: Model, shape: tuple[int, ...]) -> Model:
    """Looking at a whole volume of this shape: a convolutional network may, and it is several times faster than windows."""
    if not isinstance(model.network, Backbone):
        raise InputError("the arms are backbones of their own, not a published network")
    divisor = model.network.divisor
    x, y, z = (math.ceil(side / divisor) * divisor for side in shape)
    return dataclasses.replace(model, patch=(x, y, z))


def _mask(case: PreparedCase, cases: PreparedCases, names: tuple[str, ...]) -> np.ndarray:
    bits = np.asarray(case.bits)
    return np.any([(bits >> cases.classes.index(name)) & 1 == 1 for name in names], axis=0)


def _mimics(case: PreparedCase, tests: PreparedCases, truth: np.ndarray, soft: np.ndarray) -> list[dict[str, object]]:
    pieces, count = cc3d.connected_components(_mask(case, tests, (MIMIC,)) & ~truth, connectivity=26, return_N=True)
    rows = []
    for number in range(1, count + 1):
        inside = pieces == number
        volume = np.count_nonzero(inside) * float(np.prod(tests.spacing))
        diameter = float(np.cbrt(6 * volume / np.pi))
        if diameter >= smallest_mm(min(tests.spacing)):
            rows.append({"kind": "mimic", "diameter_mm": diameter, "confidence": float(soft[inside].max())})
    return rows
