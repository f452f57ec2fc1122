"""Finding and missing at one price, bins that say what they cannot show, and verdicts that need enough patients."""

import numpy as np
import pandas as pd
import pytest

from atlas_lab.errors import InputError
from atlas_lab.lessons.train_on_synthetic import (
    TOO_FEW,
    Results,
    Setting,
    against_gap,
    by_radius,
    dsc_table,
    equivalences,
    mimics_called,
    published_bins,
    published_dsc,
    sensitivities,
)
from atlas_lab.lessons.train_on_synthetic.judging import detections, threshold_at


def lesions(seed=0, hit=(0.9, 0.4, 0.0), wrong=(0.8, 0.3), arm="real", look="real_gap 0"):
    """Two cases, each with tumours of 8, 16 and 30 mm, false alarms of these confidences, and a mimic that is called."""
    rows = []
    for case in ("a", "b"):
        rows += [
            {"case": case, "kind": "truth", "diameter_mm": d, "confidence": c, "outcome": "hit" if c else "missed"}
            for d, c in zip((8.0, 16.0, 30.0), hit, strict=True)
        ]
        rows += [
            {"case": case, "kind": "prediction", "diameter_mm": 9.0, "confidence": c, "outcome": "false positive"} for c in wrong
        ]
        rows.append({"case": case, "kind": "mimic", "diameter_mm": 12.0, "confidence": 0.6, "outcome": None})
    return pd.DataFrame(rows).assign(arm=arm, seed=seed, look=look)


@pytest.mark.parametrize(("rate", "kept"), [(2.0, 4), (1.0, 2), (0.5, 0), (0.25, 0)])
def test_the_threshold_leaves_as_many_false_alarms_as_are_allowed(rate, kept):
    found = detections(lesions())
    threshold = threshold_at(found, rate)
    assert found.false_positives_per_case(threshold) * 2 == kept


def test_a_network_that_raises_fewer_false_alarms_needs_no_threshold():
    assert threshold_at(detections(lesions(wrong=())), 1.0) == 0


def test_sensitivity_is_read_at_that_threshold_by_radius():
    setting = Setting(spacing_mm=1.0)
    table = by_radius(lesions(), setting)
    assert table["n"].tolist() == [2, 2, 2, 6]
    assert table["hits"].tolist() == [2, 2, 0, 4]
    strict = by_radius(lesions(), setting, rate=0.5)  # above 0.8
    assert strict["hits"].tolist() == [2, 0, 0, 2]


def test_seeds_do_not_make_more_tumours_of_the_same_ones():
    both = pd.concat([lesions(0), lesions(1, hit=(0.0, 0.4, 0.0))])
    table = by_radius(both, Setting(spacing_mm=1.0))
    assert table["n"].tolist() == [2, 2, 2, 6]
    assert table["hits"].tolist() == [1, 2, 0, 3]


@pytest.mark.parametrize(
    ("spacing", "said"), [(1.0, "below resolution under 2.5 mm"), (2.5, "under 6.25 mm"), (4.0, "below resolution;")]
)
def test_a_bin_that_the_voxels_cannot_show_is_marked(spacing, said):
    assert said in by_radius(lesions(), Setting(spacing_mm=spacing))["note"].iloc[0]


def test_few_tumours_decide_nothing_and_many_do():
    few = by_radius(lesions(), Setting(spacing_mm=1.0))
    assert few["note"].str.contains(TOO_FEW).all()
    many = pd.concat([lesions().assign(case=lambda t, n=n: t["case"] + str(n)) for n in range(30)])
    noted = by_radius(many, Setting(spacing_mm=1.0))["note"]
    assert noted.tolist() == ["below resolution under 2.5 mm", "", "", ""]
    assert not few["decided"].any()
    assert by_radius(many, Setting(spacing_mm=1.0))["decided"].all()
    assert by_radius(many, Setting(spacing_mm=5.0))["decided"].tolist() == [False, True, True, True]


def test_mimics_are_counted_at_the_same_threshold():
    setting = Setting(spacing_mm=1.0)
    assert mimics_called(lesions(), setting).loc["real_gap 0", "value"] == 1  # 0.6 is above 0.3
    assert mimics_called(lesions(wrong=(0.8, 0.7)), setting).loc["real_gap 0", "value"] == 0


def scores(count, shift, spread=0.0, seed=0):
    rng = np.random.default_rng(seed)
    base = rng.uniform(0.4, 0.8, count)
    rows = []
    for arm, values in (("real", base), ("handcrafted", base + shift + spread * rng.normal(size=count))):
        rows += [{"case": f"p{n}", "dsc": value, "arm": arm, "seed": 0, "look": "real_gap 0"} for n, value in enumerate(values)]
    return Results(pd.DataFrame(rows), lesions())


@pytest.mark.parametrize(
    ("count", "shift", "spread", "verdict"),
    [
        (20, 0.01, 0.03, "as good, within 5 points"),
        (20, -0.20, 0.03, "worse"),
        (20, 0.20, 0.03, "better"),
        (20, 0.0, 0.4, "not shown to be as good"),
        (6, 0.0, 0.01, TOO_FEW),
    ],
)
def test_as_well_as_is_shown_by_an_interval_within_the_margin(count, shift, spread, verdict):
    found = equivalences(scores(count, shift, spread), margin=0.05)
    assert found.loc[("handcrafted", "real_gap 0"), "verdict"] == verdict


def test_nothing_is_compared_with_an_arm_that_was_not_run():
    with pytest.raises(InputError, match="no arm 'spheres'"):
        equivalences(scores(6, 0), "spheres")


def test_dsc_has_an_interval_over_patients():
    table = dsc_table(scores(20, 0.1))
    row = table.loc[("real", "real_gap 0")]
    assert row["low"] < row["value"] < row["high"]
    assert row["n"] == 20


def test_tables_of_all_arms_and_a_curve_can_be_drawn():
    two = Results(scores(6, 0).patients, pd.concat([lesions(), lesions(look="real_gap 1"), lesions(arm="handcrafted")]))
    assert set(sensitivities(two, Setting()).index.get_level_values("look")) == {"real_gap 0", "real_gap 1"}
    figure = against_gap(dsc_table(two), "DSC")
    assert "real_gap" in figure.axes[0].get_xlabel()


def test_the_published_table_is_as_published():
    bins = published_bins()
    assert bins.loc["below 5 mm", "real"].startswith("158/304 = 52.0 %")
    assert bins.loc["below 5 mm", "synthetic"].startswith("188/304 = 61.8 %")
    assert bins.loc["above 10 mm", "synthetic"].startswith("225/232")
    assert published_dsc().loc["trained on synthetic tumours", "DSC %"] == "60 [55, 65]"
    assert published_dsc()["source"].str.contains("Hu et al.").all()
