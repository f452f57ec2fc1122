"""Milliseconds from a setting's change to the new voxels being sent to the page, in `viewers.playground`.

A tumour of 20 mm of the handcrafted method and one of 30 steps of the automaton, in a phantom's liver at 1 mm and in a real
CT where there is one (ATLAS_LAB_TEST_DATA): the settings change one after another, as a slider does. `.settled` is
until the organs that a mass effect pushed have followed. No library shows synthetic tumours live, so there is no
peer; the aim is 100 ms. They agree where what was sent last, put into the CT, is the CT of the record.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.data.phantom import patient
from atlas_lab.viewers import playground
from benchmarks.measure import report

CHANGES = 15
REAL = Path(os.environ.get("ATLAS_LAB_TEST_DATA", Path(__file__).parents[2] / "shared" / "data")) / "cases" / "TS_ABD_0001"
MOVES: dict[str, tuple[dict[str, Any], str, list[float]]] = {
    "handcrafted": ({"method": "handcrafted", "size": 20.0}, "contrast", [-30.0, -31.0, -32.0]),
    "automaton": ({"method": "automaton", "steps": 30}, "seed", [1, 2, 3]),
}


def cases() -> Iterator[tuple[str, Case]]:
    yield "phantom", patient(3, phase="portal", roi="liver", spacing=1.0, lesions=[]).case()
    if REAL.is_dir():
        yield "real", Case.open(REAL)


def measure(case: Case, settings: dict[str, Any], moved: str, values: list[float]) -> tuple[float, float, bool]:
    """Medians of the time to the first message and to the end, in ms; whether what is seen is what the record makes."""
    played = playground(case)
    played.set(**settings)
    sent: list[float] = []
    inner = played.viewer.send

    def send(content: Any, buffers: Any = None) -> None:
        inner(content, buffers)
        sent.append(perf_counter())

    played.viewer.send = send
    first, whole = [], []
    for number in range(CHANGES):
        sent.clear()
        began = perf_counter()
        played.set(**{moved: values[number % len(values)]})
        first.append(1000 * (sent[0] - began))
        whole.append(1000 * (perf_counter() - began))
    agree = np.array_equal(played.viewer._shown.volume.array, played.synthesis.case.ct.array)
    played.close()
    return median(first), median(whole), agree


def main() -> None:
    for name, case in cases():
        for method, move in MOVES.items():
            first, whole, agree = measure(case, *move)
            figure = f"synthesis.playground.{name}.{method}"
            report(figure, first, None, unit="ms", peer_version=None, agreement=agree)
            report(f"{figure}.settled", whole, None, unit="ms", peer_version=None, agreement=agree)


if __name__ == "__main__":
    main()
