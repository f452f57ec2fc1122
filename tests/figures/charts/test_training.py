"""Curves of one training, and of several on the same axes."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from atlas_lab import anatomy
from atlas_lab.errors import InputError
from atlas_lab.figures.charts import training_chart
from atlas_lab.figures.charts._ends import spread

LUMINANCE = (0.2126, 0.7152, 0.0722)  # of red, green and blue


def run(rows=200, validations=4, classes=("liver", "spleen"), start=1.0, seed=0):
    rng = np.random.default_rng(seed)
    step = np.arange(1, rows + 1) * 10
    bce = start * np.exp(-step / 600) + rng.normal(0, 0.02, rows)
    dice = 0.3 + 0.6 * np.exp(-step / 900) + rng.normal(0, 0.03, rows)
    steps = pd.DataFrame(
        {"step": step, "loss": bce + dice, "bce": bce, "dice": dice, "learning_rate": 1e-3 * np.cos(step / step[-1]),
         "patches_per_second": rng.normal(12, 1, rows), "seconds": step * 0.3}
    )  # fmt: skip
    at = np.linspace(step[-1] / max(validations, 1), step[-1], validations).astype(int)
    dsc = {f"dsc {name}": 0.9 * (1 - np.exp(-at / (300 * (k + 1)))) for k, name in enumerate(classes)}
    table = pd.DataFrame({"step": at, "dsc": np.mean(list(dsc.values()), axis=0), **dsc}) if validations else pd.DataFrame()
    return SimpleNamespace(steps=steps, validations=table)


def test_every_part_of_the_loss_is_named_at_its_end_with_where_it_is():
    history = run()
    loss, validation, rate, speed = training_chart(history).axes
    assert {text.get_text().partition(" ")[0] for text in loss.texts} == {"loss", "bce", "dice"}
    assert f"dice {history.steps['dice'].iloc[-6:].mean():.3f}" in [text.get_text() for text in loss.texts]
    assert loss.get_ylabel() == "loss, mean over 110 steps"
    assert validation.get_ylabel() == "DSC of the validation cases"
    assert (rate.get_ylabel(), speed.get_ylabel()) == ("learning rate", "patches/s")
    assert {ax.get_xlim() for ax in (loss, validation, rate, speed)} == {(0, 2000)}


def test_a_name_stands_where_its_line_ends():
    (loss, *_) = training_chart(run()).axes
    (text,) = [text for text in loss.texts if text.get_text().startswith("bce")]
    (line,) = [line for line in loss.lines if line.get_linewidth() == 1.8 and line.get_color() == "#56b4e9"]
    end = loss.transAxes.inverted().transform(loss.transData.transform((0, line.get_ydata()[-1])))[1]
    assert text.get_position()[1] == pytest.approx(end, abs=0.01)


def test_a_smoothed_point_is_the_mean_of_the_rows_around_it():
    history = run(rows=200)
    thick = max(training_chart(history).axes[0].lines, key=lambda line: (line.get_linewidth(), line.get_ydata().max()))
    assert thick.get_ydata()[100] == pytest.approx(history.steps["loss"].iloc[95:106].mean())


def test_a_short_training_is_not_smoothed():
    loss = training_chart(run(rows=12, validations=1)).axes[0]
    assert loss.get_ylabel() == "loss"
    (point, *_) = [line for line in training_chart(run(rows=1, validations=0)).axes[0].lines if line.get_marker() == "o"]
    assert len(point.get_xdata()) == 1  # a single row is seen all the same


def test_classes_are_named_at_their_ends_and_in_order():
    names = [structure.name for structure in anatomy.STRUCTURES[:25]]
    (_, validation, *_) = training_chart(run(classes=names)).axes
    ends = validation.texts
    assert len(ends) == 26
    values = [float(text.get_text().rpartition(" ")[2]) for text in sorted(ends, key=lambda text: text.get_position()[1])]
    assert values == sorted(values)


def test_a_structure_has_its_colour_unless_that_is_too_dark_for_the_paper():
    (_, validation, *_) = training_chart(run(classes=("kidney_left", "stomach"))).axes
    _, bright, dim = [line.get_color() for line in validation.lines if line.get_marker() == "o"]
    assert bright == anatomy.color("kidney_left")
    assert np.dot(to_rgb(anatomy.color("stomach")), LUMINANCE) < 0.35
    assert np.dot(to_rgb(dim), LUMINANCE) == pytest.approx(0.4, abs=0.01)


def test_without_a_validation_there_is_no_empty_chart():
    assert [ax.get_ylabel().split(",")[0] for ax in training_chart(run(validations=0)).axes] == [
        "loss",
        "learning rate",
        "patches/s",
    ]


def test_a_loss_that_falls_far_is_drawn_on_a_logarithmic_axis_and_a_part_of_zeros_keeps_it_linear():
    history = run(start=500.0)
    history.steps[["bce", "dice"]] = history.steps[["bce", "dice"]].abs()
    assert training_chart(history).axes[0].get_yscale() == "log"
    history.steps["dice"] = 0.0
    assert training_chart(history).axes[0].get_yscale() == "linear"


def test_several_trainings_are_one_line_each_on_the_same_axes():
    begun = SimpleNamespace(steps=pd.DataFrame(), validations=pd.DataFrame())
    sheet = training_chart({"scratch": run(), "supervised": run(seed=1, validations=0), "to come": begun}, "two arms")
    loss, validation = sheet.axes
    named = [text.get_text() for text in sheet.legends[0].get_texts()]
    assert [name.partition(":")[0] for name in named] == ["scratch", "supervised"]
    assert ["DSC" in name for name in named] == [True, False]
    assert [len(ax.lines) for ax in (loss, validation)] == [2, 1]
    assert loss.lines[0].get_color() == validation.lines[0].get_color() != loss.lines[1].get_color()
    assert sheet.get_suptitle() == "two arms"


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(InputError, match="no training has logged a step yet"):
        training_chart({"a": SimpleNamespace(steps=pd.DataFrame(), validations=pd.DataFrame())})
    with pytest.raises(InputError, match=r"DataFrame cannot be drawn; give what learning\.histories returns"):
        training_chart(run().steps)
    history = run()
    history.steps = history.steps.drop(columns="loss")
    with pytest.raises(InputError, match="no column 'loss'"):
        training_chart(history)


def test_names_make_room_for_each_other_and_move_little():
    places = spread(np.array([0.1, 0.5, 0.5, 0.52, 0.99]), 0.1)
    assert np.diff(places).min() >= 0.1 - 1e-9
    assert places[0] == pytest.approx(0.1)
    assert places[1:4].mean() == pytest.approx(np.mean([0.5, 0.5, 0.52]))
    crowded = spread(np.ones(5), 0.1)
    assert crowded == pytest.approx([0.6, 0.7, 0.8, 0.9, 1.0])
