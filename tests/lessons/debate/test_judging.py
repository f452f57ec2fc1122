"""Verdicts follow from the numbers, are paired by seed, and are not given where there are too few."""

import itertools

import numpy as np
import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.lessons.debate import TOO_SMALL, Setting, against, three_curves, transfer
from atlas_lab.lessons.debate.curves import kind_of
from atlas_lab.lessons.debate.setting import CONTROL


def made_up(gains, seeds=10, noise=0.01):
    """Results in which a seed's level differs by far more than the arms do."""
    rng = np.random.default_rng(3)
    levels = rng.uniform(0.2, 0.8, seeds)
    rows = []
    for (arm, gain), seed, structure, case in itertools.product(
        gains.items(), range(seeds), ("colon", "liver_tumor"), ("a", "b")
    ):
        dsc = levels[seed] + gain + rng.normal(0, noise)
        costs = {"cts": 5, "annotated_cts": 5, "annotated_minutes": 10.0, "seconds_before": 2.0, "steps_before": 3}
        rows.append(
            {"arm": arm, "seed": seed, "structure": structure, "case": case, "dsc": dsc, "seconds": 1.0, "steps": 1} | costs
        )
    return pd.DataFrame(rows)


def test_a_gain_far_smaller_than_the_spread_of_seeds_is_found_because_seeds_are_paired():
    found = against(transfer(made_up({"scratch": 0, "up": 0.05, "down": -0.05, "same": 0})))
    assert found["verdict"].to_dict() == {"up": "better", "down": "worse", "same": "no difference shown"}
    assert found.loc["up", "low"] < 0.05 < found.loc["up", "high"]
    assert (found["n"] == 10).all()
    assert found["p"].min() == pytest.approx(2 / 2**10)  # every sign the same, of all 1,024 ways
    assert found.loc["up", "p_holm"] == pytest.approx(3 * 2 / 2**10)


def test_five_seeds_or_one_decide_nothing():
    for seeds in (1, 5):
        found = against(transfer(made_up({"scratch": 0, "up": 0.3}, seeds)))
        assert found.loc["up", "verdict"] == TOO_SMALL
        assert found.loc["up", "value"] == pytest.approx(0.3, abs=0.02)


def test_each_structure_counts_once_however_many_patients_have_it():
    results = made_up({"scratch": 0}, seeds=1, noise=0)
    results.loc[results["structure"] == "colon", "dsc"] = 0.2
    results.loc[results["structure"] == "liver_tumor", "dsc"] = 0.6
    uneven = results.drop(results.index[(results["structure"] == "colon") & (results["case"] == "b")])
    assert transfer(uneven)["dsc"].tolist() == [pytest.approx(0.4)]
    assert transfer(uneven, ("colon",))["dsc"].tolist() == [pytest.approx(0.2)]
    with pytest.raises(InputError, match="none of spleen"):
        transfer(uneven, ("spleen",))


def test_an_arm_that_lacks_a_seed_is_named():
    scores = transfer(made_up({"scratch": 0, "up": 0.1}))
    with pytest.raises(InputError, match="arm 'up' lacks seed 4"):
        against(scores.drop(scores.index[(scores["arm"] == "up") & (scores["seed"] == 4)]))
    with pytest.raises(InputError, match="no arm 'sratch'"):
        against(scores, "sratch")


def test_the_arms_are_those_of_the_talk():
    arms = {str(arm): arm for arm in Setting(tasks=("models_genesis", "rubik"), cts=12).arms()}
    assert list(arms) == [
        "scratch", "scratch, both budgets", "models_genesis on 12", "models_genesis on 120", "rubik on 12", "rubik on 120",
        "supervised on 4", "supervised on 12", "models_genesis on 120, then supervised on 12", f"supervised on 12, {CONTROL}",
    ]  # fmt: skip
    both = arms["models_genesis on 120, then supervised on 12"]
    assert (both.cts, both.annotated_cts) == (120, 12)
    assert (arms["rubik on 120"].cts, arms["rubik on 120"].annotated_cts) == (120, 0)
    assert [str(arm) for arm in Setting(cts=12).two_arms()] == ["scratch", "supervised on 12"]
    with pytest.raises(InputError, match="'rubiks' is no self-supervised task"):
        Setting(tasks=("rubiks",))
    with pytest.raises(InputError, match="cts=2: give 3 or more"):
        Setting(cts=2)


def test_the_curves_join_arms_of_one_kind():
    results = pd.concat([made_up({"scratch": 0, "supervised on 4": 0.1, "supervised on 12": 0.2}, seeds=2)])
    figure = three_curves(transfer(results))
    labels = figure.axes[0].get_legend_handles_labels()[1]
    assert labels == ["scratch", "supervised"]
    assert len(figure.axes) == 3
    assert kind_of("models_genesis on 120, then supervised on 12") == "models_genesis, then supervised"
    assert kind_of(f"supervised on 12, {CONTROL}") == f"supervised, {CONTROL}"
