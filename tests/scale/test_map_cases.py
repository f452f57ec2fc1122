"""A function over many cases: the same for any number of workers, whatever happens to one of them."""

import functools
import os
import signal
import subprocess
import sys
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_lab.data import Atlas, Case, measure
from atlas_lab.errors import InputError, ParameterError
from atlas_lab.scale import map_cases
from atlas_lab.scale.cluster import remote
from atlas_lab.scale.identity import identity
from tests.dask_cluster import cluster


@dataclass(frozen=True)
class Item:
    id: str


ITEMS = [Item(f"case{number}") for number in range(6)]


def drawn(case, rng):
    return {"draw": float(rng.random()), "length": len(case.id)}


def fails_on_three(case):
    if case.id == "case3":
        raise InputError("case3 has no liver")
    if case.id == "case4":
        raise ValueError("two\nlines")
    return case.id


def dies_on_two(case):
    if case.id == "case2":
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


@given(st.permutations(ITEMS), st.integers(0, 2**32))
def test_what_is_drawn_depends_on_seed_and_case_alone(items, seed):
    values = map_cases(drawn, items, seed=seed, progress=False).values
    assert list(values) == [item.id for item in items]
    assert values == {item.id: map_cases(drawn, [item], seed=seed, progress=False).values[item.id] for item in items}
    assert len({value["draw"] for value in values.values()}) == len(items)


def test_processes_give_the_same_as_none():
    alone = map_cases(drawn, ITEMS, seed=3, progress=False)
    together = map_cases(drawn, ITEMS, seed=3, workers=3, progress=False)
    assert together == alone
    assert list(together.table.columns) == ["draw", "length"]
    assert list(map_cases(lambda case: len(case.id), ITEMS, workers=2, progress=False).table["value"]) == [5] * 6


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_case_is_reported_and_the_rest_finished(workers, capfd):
    results = map_cases(fails_on_three, ITEMS, workers=workers, progress=False)
    assert list(results.values) == ["case0", "case1", "case2", "case5"]
    assert results.errors == {"case3": "case3 has no liver", "case4": "ValueError: two lines"}
    assert "case3: case3 has no liver" in "".join(capfd.readouterr())
    with pytest.raises(InputError, match="2 of 6 cases failed, the first is case3: case3 has no liver"):
        results.require_all()


def test_a_process_that_dies_takes_only_its_own_case_with_it():
    results = map_cases(dies_on_two, ITEMS, workers=2, progress=False)
    assert list(results.values) == ["case0", "case1", "case3", "case4", "case5"]
    assert results.errors == {"case2": "the process died (out of memory, or a crash in a compiled library)"}


def test_what_is_kept_is_not_computed_again(tmp_path):
    called = tmp_path / "called"

    def stopped_once(case, called):
        with called.open("a") as file:
            file.write(f"{case.id} ")
        if case.id == "case4" and len(called.read_text().split()) == 5:
            raise KeyboardInterrupt
        return case.id.upper()

    function = functools.partial(stopped_once, called=called)
    with pytest.raises(KeyboardInterrupt):
        map_cases(function, ITEMS, keep=tmp_path / "kept", progress=False)
    results = map_cases(function, ITEMS, keep=tmp_path / "kept", progress=False)
    assert results.values == {item.id: item.id.upper() for item in ITEMS}
    assert called.read_text().split() == ["case0", "case1", "case2", "case3", "case4", "case4", "case5"]
    (tmp_path / "kept" / "case1.pickle").write_bytes(b"damaged")
    assert map_cases(function, ITEMS, keep=tmp_path / "kept", progress=False) == results


def test_another_function_or_seed_is_computed_anew(tmp_path):
    def times(factor):
        return lambda case: factor * int(case.id[-1])

    for function, expected in ((times(1), 5), (times(2), 10), (functools.partial(max, Item("a"), key=str), None)):
        last = map_cases(function, ITEMS, keep=tmp_path, progress=False).values["case5"]
        assert last == (expected if expected is not None else Item("case5"))
    first = map_cases(drawn, ITEMS, keep=tmp_path, seed=1, progress=False)
    assert map_cases(drawn, ITEMS, keep=tmp_path, seed=2, progress=False) != first


def test_what_cannot_be_done_is_said_plainly(tmp_path):
    with pytest.raises(InputError, match="two cases have the id 'case0'"):
        map_cases(len, [ITEMS[0], ITEMS[0]], progress=False)
    with pytest.raises(InputError, match="workers=0: give a whole number, 1 or more"):
        map_cases(len, ITEMS, workers=0)
    with pytest.raises(ParameterError, match="cluster nowhere: no Dask scheduler answers"):
        map_cases(len, ITEMS, cluster="nowhere", progress=False)
    for wrong in ({"workers": "2"}, {"workers": True}, {"seed": -1}, {"seed": "x"}):
        with pytest.raises(InputError, match="give a whole number"):
            map_cases(len, ITEMS, **wrong)
    with pytest.raises(InputError, match="map_cases takes a function and cases, not int and Item"):
        map_cases(3, ITEMS[0])
    with pytest.raises(InputError, match="str is no case: it has no id"):
        map_cases(len, ["x"], progress=False)
    results = map_cases(lambda case: lambda: 1, ITEMS[:1], keep=tmp_path, progress=False)
    assert "local" in results.errors["case0"]
    results = map_cases(lambda case: lambda: 1, ITEMS[:1], workers=2, progress=False)
    assert "local" in results.errors["case0"]  # a function inside another cannot travel


def test_a_script_needs_no_guard(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import dataclasses\nfrom atlas_lab.scale import map_cases\n"
        "print('started')\n"
        "@dataclasses.dataclass\nclass Mine:\n    id: str\n"
        "def twice(case):\n    return 2 * case.id\n"
        "print(map_cases(twice, [Mine('a'), Mine('b')], workers=2, progress=False).values)\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert (done.stdout, done.stderr) == ("started\n{'a': 'aa', 'b': 'bb'}\n", "")


def volume(case):
    return case.labels.volume_ml("liver")


def test_cases_of_an_atlas_travel_to_other_processes():
    atlas = Atlas.phantom(cases=2, shape=(32, 32, 24), spacing=12)
    assert map_cases(volume, atlas, workers=2).values == {case.id: volume(case) for case in atlas}


LIMIT = 1


def helper():
    return LIMIT


def uses_a_global(case, n=0):
    return helper() + n


def test_a_changed_default_global_or_helper_is_another_function(tmp_path, monkeypatch):
    def kept(function):
        return map_cases(function, ITEMS[:1], keep=tmp_path, progress=False).values["case0"]

    assert kept(uses_a_global) == 1
    monkeypatch.setattr(sys.modules[__name__], "LIMIT", 5)
    assert kept(uses_a_global) == 5
    monkeypatch.setattr(uses_a_global, "__defaults__", (2,))
    assert kept(uses_a_global) == 7
    assert identity(uses_a_global) == identity(uses_a_global)


def test_another_case_of_the_same_id_and_a_changed_file_are_computed_anew(tmp_path):
    def mean(case):
        return float(case.ct.array.mean())

    first, other = (Atlas.phantom(cases=1, seed=seed, shape=(32, 32, 24), spacing=12) for seed in (0, 1))
    kept = [map_cases(mean, atlas, keep=tmp_path, progress=False).values for atlas in (first, other)]
    assert kept == [map_cases(mean, atlas, progress=False).values for atlas in (first, other)]
    case = Case.open(first[0].save(tmp_path / "atlas"))
    before = map_cases(volume, [case], keep=tmp_path / "kept", progress=False).values[case.id]
    case.labels["liver"] = case.labels["liver"] & False
    case.save(tmp_path / "atlas")
    assert before > 0 == map_cases(volume, [Case.open(case.folder)], keep=tmp_path / "kept", progress=False).values[case.id]


def test_tables_of_cases_become_one_table():
    atlas = Atlas.phantom(cases=2, shape=(32, 32, 24), spacing=12)
    table = map_cases(measure, atlas, progress=False).table
    assert table.index.names == ["id", "structure"]
    assert list(table.index.unique("id")) == atlas.ids


@pytest.mark.slow
def test_a_cluster_gives_the_same(tmp_path):
    with cluster(tmp_path) as address:
        assert map_cases(drawn, ITEMS, seed=3, cluster=address) == map_cases(drawn, ITEMS, seed=3)
        with pytest.raises(ParameterError, match="does not see it; choose a folder that all machines share"):
            remote(address, tmp_path / "nowhere").__enter__()
