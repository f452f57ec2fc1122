"""Guessing the organ: right where tumours differ, chance where they do not, and nobody is learned from and judged."""

import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.lessons.train_on_synthetic import CHANCE, accuracy, early, guessed, precision_and_recall, published_origin, tumours
from atlas_lab.synthesis.realism import Lesion, Lesions

ORGANS = ("kidney", "liver", "pancreas")


def lesion(organ, number, differ):
    rng = np.random.default_rng([number, ORGANS.index(organ)])
    side = 32
    axes = np.ogrid[:side, :side, :side]
    radius = 4 + number % 5
    mask = sum((axis - 16) ** 2 for axis in axes) <= radius**2
    contrast = -30 + (25 * ORGANS.index(organ) if differ else 0) + rng.normal(0, 5)
    hu = rng.normal(100, 10, (side,) * 3).astype(np.float32)
    hu[mask] += contrast
    return Lesion(hu, mask, ~mask, 100.0, f"{organ}{number}", 2.0 * radius * 1.5, 1.5)


def groups(differ, count=25):
    return {organ: Lesions(tuple(lesion(organ, n, differ) for n in range(count)), 1.5) for organ in ORGANS}


def test_tumours_that_differ_are_told_apart():
    found = guessed(groups(differ=True))
    assert accuracy(found).loc["all", "value"] > 0.8
    assert (precision_and_recall(found)[["precision", "recall"]] > 0.7).all(axis=None)


def test_tumours_that_are_alike_are_guessed_at_chance():
    found = accuracy(guessed(groups(differ=False))).loc["all"]
    assert found["low"] < CHANCE < found["high"]


def test_every_tumour_is_guessed_once_while_its_patient_is_held_out():
    found = guessed(groups(differ=True, count=10))
    assert len(found) == 30
    assert found["guess"].isin(ORGANS).all()
    assert found.groupby("organ")["fold"].nunique().eq(5).all()


def test_bins_of_diameter_add_up_and_early_is_below_2_cm():
    found = guessed(groups(differ=True))
    table = accuracy(found)
    assert table["n"].iloc[:-1].sum() == table.loc["all", "n"] == 75
    assert early(found).n == int((found["diameter_mm"] < 20).sum())


def test_too_few_tumours_are_refused():
    with pytest.raises(InputError, match="3 or more"):
        guessed(groups(differ=True, count=2))
    with pytest.raises(InputError, match="give 3 or more"):
        tumours(2, 0.0)


def test_the_published_figures_are_near_chance():
    table = published_origin()
    assert table["precision, radiomics"].between(33, 36).all()
