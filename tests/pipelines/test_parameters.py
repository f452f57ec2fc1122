"""The parameters cell is read without being run, and what is given is checked against it."""

import keyword
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.errors import InputError, ParameterError
from atlas_lab.pipelines import Parameter, check, read_values
from atlas_lab.pipelines.parameters import REQUIRED, read_parameters

CELL = '''"""What to do."""
from __future__ import annotations
source: str  # "phantom" or a folder # really
cases: int = 2  # patients, 1 to 8

shape: tuple[int, int] = (  # voxels
    1,
    2,
)
rate: float = 1  # per step
organs: "list[str]" = ["a # b"]
shift: int = -3
note: str | None = None'''


def test_names_types_defaults_and_help_are_read():
    assert read_parameters(CELL, "lesson") == (
        Parameter("source", "str", REQUIRED, '"phantom" or a folder # really'),
        Parameter("cases", "int", 2, "patients, 1 to 8"),
        Parameter("shape", "tuple[int, int]", (1, 2), "voxels"),
        Parameter("rate", "float", 1.0, "per step"),
        Parameter("organs", "list[str]", ["a # b"], ""),
        Parameter("shift", "int", -3, ""),
        Parameter("note", "str | None", None, ""),
    )
    assert isinstance(read_parameters(CELL, "lesson")[3].default, float)


def test_reading_runs_nothing(tmp_path):
    with pytest.raises(InputError, match="its default must be a plain value"):
        read_parameters(f"x: str = open({str(tmp_path / 'made')!r}, 'w').name", "lesson")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("alpha = 0.5", "lesson: parameters cell, line 1: write `name: type = value  # help` instead of 'alpha = 0.5'"),
        ("x: int = 1\nx: int = 2", "declares x twice"),
        ("x: dict = {}", "parameter x: type dict is not supported"),
        ("x: 'in t' = 1", "parameter x"),
        ("x: int = 'a'", "parameter x: its default 'a' is not a whole number; it is declared as int"),
        ("x: int = 60 * 60", "its default must be a plain value"),
        ("x: int = 1\n%matplotlib inline", "parameters cell, line 2"),
        ("for x in []: pass", "line 1"),
    ],
)
def test_a_cell_that_breaks_the_rules_says_where(source, message):
    with pytest.raises(InputError, match=re.escape(message)) as refusal:
        read_parameters(source, "lesson")
    assert "\n" not in str(refusal.value)
    assert not isinstance(refusal.value, ParameterError)  # the notebook's author is to blame, not the caller


def test_given_values_are_typed_and_the_rest_are_defaults():
    values = check(read_parameters(CELL, "lesson"), {"source": "phantom", "rate": "1e-3", "shape": "4,5"}, "lesson")
    assert values == {
        "source": "phantom", "cases": 2, "shape": (4, 5), "rate": 1e-3, "organs": ["a # b"], "shift": -3, "note": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given_values", "message"),
    [
        ({"sorce": "x"}, "unknown parameter 'sorce': did you mean 'source'? lesson has source, cases, shape,"),
        ({"zzz": "x"}, "unknown parameter 'zzz': lesson has source, cases, shape,"),
        ({"source": "x", "cases": "abc"}, "cases: 'abc' is not a whole number; it takes int"),
        ({"source": "x", "cases": 2.5}, "cases: 2.5 is not a whole number; it takes int"),
        ({"source": 5}, "source: 5 is not text (in YAML, put it in quotes); it takes str"),
        ({"cases": 3}, 'lesson needs a value for source (str, "phantom" or a folder # really): add -p source=…'),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(given_values, message):
    with pytest.raises(ParameterError, match=re.escape(message)) as refusal:
        check(read_parameters(CELL, "lesson"), given_values, "lesson")
    assert "\n" not in str(refusal.value)


def test_a_notebook_without_parameters_takes_none():
    assert check((), {}, "lesson") == {}
    with pytest.raises(ParameterError, match="unknown parameter 'x': lesson has no parameters"):
        check((), {"x": 1}, "lesson")


names = st.from_regex(r"[a-z_][a-z0-9_]{0,9}", fullmatch=True).filter(lambda name: not keyword.iskeyword(name))
typed = st.one_of(
    st.tuples(st.just("int"), st.integers()),
    st.tuples(st.just("float"), st.floats(allow_nan=False, allow_infinity=False)),
    st.tuples(st.just("bool"), st.booleans()),
    st.tuples(st.just("str"), st.text()),
    st.tuples(st.just("list[str]"), st.lists(st.text())),
    st.tuples(st.just("tuple[float, ...]"), st.lists(st.floats(allow_nan=False, allow_infinity=False)).map(tuple)),
)


@given(st.dictionaries(names, typed, min_size=1))
def test_every_declared_value_survives_reading_and_the_command_line(declared):
    cell = "\n".join(f"{name}: {kind} = {value!r}  # help of {name}" for name, (kind, value) in declared.items())
    parameters = read_parameters(cell, "lesson")
    values = {name: value for name, (_, value) in declared.items()}
    assert check(parameters, {}, "lesson") == values
    assert [parameter.help for parameter in parameters] == [f"help of {name}" for name in declared]
    assert check(parameters, read_values(f"{name}={value}" for name, value in values.items()), "lesson") == values


@given(st.dictionaries(names, typed, min_size=1), names, st.text())
def test_every_unknown_name_is_refused(declared, unknown, value):
    parameters = [Parameter(name, kind, default, "") for name, (kind, default) in declared.items()]
    if unknown not in declared:
        with pytest.raises(ParameterError, match=f"unknown parameter '{unknown}'"):
            check(parameters, {unknown: value}, "lesson")


def test_assignments_win_over_the_file(tmp_path):
    (tmp_path / "values.yaml").write_text("cases: 3\nrate: 1e-3\n")
    assert read_values(["cases=4", "note=a=b"], tmp_path / "values.yaml") == {"cases": "4", "rate": "1e-3", "note": "a=b"}
    (tmp_path / "empty.yaml").write_text("# nothing yet\n")
    assert read_values([], tmp_path / "empty.yaml") == {}


@pytest.mark.parametrize(
    "content", ["- 1\n- 2", "just text", "a: [1", "1: 2", "a: !!python/object:os.system {}", b"\xff\xfe\x00"]
)
def test_a_file_that_is_not_a_mapping_is_named(tmp_path, content):
    path = tmp_path / "values.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ParameterError, match=r"values\.yaml") as refusal:
        read_values([], path)
    assert "\n" not in str(refusal.value)
