"""A value from the command line or a YAML file becomes exactly the declared type, or is refused."""

import contextlib
import math
import re

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from atlas_lab.pipelines.types import converter

whole = st.integers()
number = st.floats(allow_nan=False, allow_infinity=False)
text = st.text()
word = st.text(st.characters(exclude_characters=",", exclude_categories=["C", "Z"]), min_size=1).filter(
    lambda w: w[0] not in "(["
)
none = {"none", "null"}


def same(value, other):
    return value == other and type(value) is type(other)


@given(whole)
def test_a_whole_number_survives_the_command_line(value):
    assert same(converter("int")(str(value)), value)
    assert same(converter("int")(value), value)


@given(number)
def test_a_number_survives_the_command_line_and_yaml(value):
    assert same(converter("float")(repr(value)), value)
    assert same(converter("float")(yaml.safe_load(repr(value))), value)


@given(text)
def test_text_survives_as_it_is(value):
    assert same(converter("str")(value), value)


@given(st.booleans(), st.sampled_from([str, str.lower, str.upper]))
def test_true_and_false_survive_in_any_case(value, case):
    assert converter("bool")(case(str(value))) is value
    assert converter("bool")(case("yes" if value else "no")) is value


@given(st.lists(whole))
def test_lists_survive_with_and_without_brackets(values):
    assert converter("list[int]")(str(values)) == values
    assert converter("list[int]")(",".join(map(str, values))) == values
    assert same(converter("tuple[int, ...]")(values), tuple(values))


@given(st.lists(text))
def test_lists_of_any_text_survive_when_they_are_quoted(values):
    assert converter("list[str]")(repr(values)) == values


@given(st.lists(word, min_size=1))
def test_lists_of_words_survive_without_quotes(values):
    assert converter("list[str]")(",".join(values)) == values


@given(st.none() | number)
def test_an_optional_value_survives(value):
    assert same(converter("float | None")(str(value)), value)
    assert same(converter("Optional[float]")(value), value)


@given(text)
def test_optional_text_is_none_only_when_it_says_so(value):
    assert converter("str | None")(value) == (None if value.strip().lower() in none else value)


@given(text)
def test_what_is_not_a_whole_number_is_refused(value):
    assume(not re.fullmatch(r"\s*[+-]?[0-9]+\s*", value))
    with pytest.raises(ValueError, match="is not a whole number"):
        converter("int")(value)


@given(text)
def test_what_is_not_a_number_is_refused(value):
    with contextlib.suppress(ValueError):
        assume(not math.isfinite(float(value)))
    with pytest.raises(ValueError, match=r"is not a (finite )?number"):
        converter("float")(value)


@given(text)
def test_what_is_not_a_truth_value_is_refused(value):
    assume(value.strip().lower() not in {"true", "false", "yes", "no"})
    with pytest.raises(ValueError, match="is not true or false"):
        converter("bool")(value)


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("int", 2.5), ("int", True), ("int", None), ("int", [1]), ("int", math.inf), ("int", "٣"), ("int", "1_000"),
        ("float", True), ("float", None), ("float", math.nan), ("float", "1e999"), ("float", [1.0]), ("float", 10**400),
        ("bool", 1), ("bool", None), ("bool", 0.0),
        ("str", 5), ("str", True), ("str", None), ("str", ["a"]), ("str", "caf\udce9"), ("list[str]", "a,\udce9"),
        ("list[int]", 5), ("list[int]", "1,a"), ("list[int]", "1,,2"), ("list[int]", {"a": 1}), ("list[str]", [1]),
        ("tuple[int, int]", "1"), ("tuple[int, int]", [1, 2, 3]), ("tuple[float]", "1,2"), ("int | None", "abc"),
    ],
)  # fmt: skip
def test_wrong_values_are_refused(type, value):
    with pytest.raises(ValueError, match=r"is not|values instead of"):
        converter(type)(value)


def test_a_whole_number_written_with_a_point_is_a_whole_number():
    assert same(converter("int")(2.0), 2)


def test_numbers_as_yaml_1_1_misreads_them():
    assert yaml.safe_load("1e-3") == "1e-3"
    assert converter("float")(yaml.safe_load("1e-3")) == 0.001


@pytest.mark.parametrize("type", ["dict", "np.ndarray", "int | str", "None", "list", "Path", "set[int]"])
def test_a_type_that_cannot_be_given_on_the_command_line_is_named(type):
    with pytest.raises(ValueError, match=re.escape(f"type {type} is not supported; use str, int")):
        converter(type)
