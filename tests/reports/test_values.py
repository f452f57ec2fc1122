"""Values read as a person would write them."""

import pytest

from atlas_lab.reports.values import duration, moment, number, plain, shortened, size


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0, "0 s"), (5.282, "5.28 s"), (60, "1 min"), (83.2, "1 min 23 s"), (3600, "1 h"), (7530, "2 h 6 min")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("bytes_", "text"),
    [(None, "–"), (0, "0 B"), (999, "999 B"), (1234, "1.23 kB"), (388354048, "388 MB"), (2e9, "2 GB"), (1.5e12, "1500 GB")],
)
def test_sizes(bytes_, text):
    assert size(bytes_) == text


@pytest.mark.parametrize(
    ("value", "text"), [(43990, "43990"), (1187.73, "1188"), (43990.4, "43990"), (0.000123456, "0.0001235"), (None, "–")]
)
def test_numbers_keep_the_digits_before_the_point(value, text):
    assert number(value) == text


def test_moments_are_in_utc_whatever_the_clock_was_set_to():
    assert moment("2026-11-24T20:01:59+01:00") == "2026-11-24 19:01:59"
    assert moment("yesterday") == moment(None) == "–"


def test_an_empty_text_is_not_a_missing_value():
    assert [plain(""), plain(None), plain(False), plain(["liver"])] == ["''", "–", "False", "['liver']"]


def test_long_names_keep_both_ends():
    short = shortened("train-learning_rate=0.001-organs=liver-seed=12", 20)
    assert len(short) <= 20
    assert short.startswith("train-")
    assert short.endswith("seed=12")
