"""Checkers of `10_fine_tuning`."""

from typing import Any

import numpy as np
import pandas as pd

from atlas_lab.lessons.verdict import Answer, Verdict

_P = [0.010, 0.040, 0.030, 0.005]  # unsorted on purpose
_HOLM = [0.030, 0.060, 0.060, 0.020]  # Holm 1979


def holm(answer: Answer) -> Verdict:
    got = answer(list(_P))
    if got is ...:
        return Verdict(False, "it still returns ...; begin with the smallest p and multiply it by the number of p-values")
    found = np.asarray(got, dtype=float)
    if found.shape != (len(_P),):
        return Verdict(
            False, f"it returns {type(got).__name__} of shape {found.shape}; return a p for each of the {len(_P)} given"
        )
    known = (
        (_P, "they are as they were; the smallest is multiplied by 4, the next by 3, and so on"),
        (np.multiply(_P, 4), "that is Bonferroni's: each is multiplied by 4, and true differences are lost without need"),
        (sorted(_HOLM), "right, but sorted: the first answer belongs to the first p that was given"),
        (
            [0.030, 0.040, 0.060, 0.020],
            "0.040 ends below 0.060, which was the smaller one: an adjusted p is at least all before it",
        ),
        (
            [0.020, 0.040, 0.040, 0.020],
            "that is Benjamini and Hochberg's, which bounds the share of false findings, not the risk of one",
        ),
        (np.multiply(_P, [2, 4, 3, 1]), "the largest is multiplied by the most; begin with the smallest"),
        (np.multiply(_P, [4, 3, 2, 1]), "multiply by rank, not by place: sort first"),
    )
    for wrong, hint in known:
        if np.allclose(found, wrong):
            return Verdict(False, hint)
    if not np.allclose(found, _HOLM):
        return Verdict(False, f"{_P} become {_HOLM}, your function says {[round(float(p), 4) for p in found]}")
    if np.max(answer([0.6, 0.9])) > 1:
        return Verdict(False, "0.6 of two becomes 1.2: no p is above 1")
    return Verdict(True, "four questions: 0.04 alone would have been a finding, and among four it is none")


_SCORES = pd.DataFrame(
    [(2, "supervised", 0.60), (0, "scratch", 0.50), (1, "supervised", 0.70), (1, "scratch", 0.62), (3, "scratch", 0.10),
     (0, "supervised", 0.55), (2, "scratch", 0.64)],
    columns=["seed", "arm", "dsc"],
)  # fmt: skip
_PAIRS = {0: 0.05, 1: 0.08, 2: -0.04}


def paired(answer: Answer) -> Verdict:
    got = answer(_SCORES.copy())
    if got is ...:
        return Verdict(False, "it still returns ...; give each seed a row and each arm a column first (DataFrame.pivot)")
    if not isinstance(got, pd.Series):
        return Verdict(False, f"it returns {type(got).__name__}; return a Series with one difference a seed")
    if 3 in got.index and pd.isna(got[3]):
        return Verdict(False, "seed 3 has no supervised run, so it is no pair; leave it out")
    if 3 in got.index:
        return Verdict(
            False, f"seed 3 has no supervised run, but your function gives {got[3]:.3g} for it: a run that is missing is not 0"
        )
    if set(got.index) != set(_PAIRS):
        return Verdict(False, f"its index is {list(got.index)}; it should be the seeds that both arms have: {sorted(_PAIRS)}")
    found = {seed: float(got[seed]) for seed in _PAIRS}
    if all(np.isclose(found[seed], -_PAIRS[seed]) for seed in _PAIRS):
        return Verdict(False, "the wrong way round: supervised minus scratch, so that more is better")
    for seed, right in _PAIRS.items():
        if not np.isclose(found[seed], right):
            rows = " and ".join(f"{r.arm} {r.dsc:g}" for r in _SCORES[_SCORES.seed == seed].itertuples())
            return Verdict(
                False, f"seed {seed} has {rows}: {right:g}, your function says {found[seed]:.3g}; pair by seed, not by row"
            )
    return Verdict(True, "two of three seeds say better: a coin does as well in half of all tries")


_CASES = pd.DataFrame(
    {
        "patient": ["p1", "p1", "p2", "p3", "p3", "p4", "p5", "p6", "p6"],
        "phase": ["portal", "arterial", "portal", "portal", "arterial", "portal", "portal", "portal", "arterial"],
        "split": ["train", "test", "train", "train", "train", "test", "train", "train", "train"],
    },
    index=pd.Index(["a1", "a2", "b1", "c1", "c2", "d1", "e1", "f1", "f2"], name="id"),
)
_LEAKS, _ALLOWED = {"a1"}, {"p2", "p3", "p5", "p6"}  # a1: the other scan of p1 is in the test set


def few_shot(answer: Answer) -> Verdict:
    asked = {n: answer(_CASES.copy(), n) for n in (2, 4)}
    for n, got in asked.items():
        if got is ...:
            return Verdict(False, "it still returns ...; which patients have no scan at all in the test set?")
        if isinstance(got, str) or not hasattr(got, "__iter__"):
            return Verdict(False, f"it returns {type(got).__name__}; return a list of ids")
        ids = list(got)
        if unknown := [id for id in ids if id not in _CASES.index]:
            return Verdict(False, f"{unknown[0]!r} is no id of the table; ids are its index, not its patients")
        chosen = _CASES.loc[ids]
        if (chosen["split"] == "test").any():
            return Verdict(False, f"{chosen.index[chosen['split'] == 'test'][0]} is in the test set itself")
        if leaked := [id for id in ids if id in _LEAKS]:
            return Verdict(False, f"{leaked[0]} leaks: it is of patient p1, whose arterial scan is in the test set")
        if (twice := chosen["patient"].duplicated()).any():
            return Verdict(False, f"patient {chosen['patient'][twice].iloc[0]} is there twice: {n} CTs of fewer than {n} people")
        if len(ids) != n:
            return Verdict(False, f"{n} were asked for, and your list has {len(ids)}; {len(_ALLOWED)} patients may be used")
    if not set(asked[2]) <= set(asked[4]):
        return Verdict(
            False, "the list of 2 is no part of the list of 4: a curve over n would change the patients too, not n alone"
        )
    return Verdict(True, "a patient is in one set with all his scans, and the longer list holds the shorter one")


_WORDS = {"full": "everything", "decoder": "decoder and head", "head": "the head alone"}


def trained(answer: Answer) -> Verdict:
    from atlas_lab.learning.backbones import backbone  # takes seconds, which the other lessons need not wait for

    network = backbone("unet", classes=2, size="tiny")
    names, encoder = [name for name, _ in network.named_parameters()], set(network.encoder_names)
    head = {name for name in names if name.startswith("head.")}
    right: dict[str, set[str]] = {"full": set(names), "decoder": set(names) - encoder, "head": head}
    for part, wanted in right.items():
        got = answer(list(names), tuple(network.encoder_names), part)
        if got is ...:
            return Verdict(False, "it still returns ...; a name is the encoder's, the head's, or the decoder's")
        try:
            found = set(got)
        except TypeError:
            return Verdict(False, f"it returns {type(got).__name__}; return the names that are trained")
        if found == set(names) - wanted and part != "full":
            return Verdict(False, f"{part}: those are the frozen ones; return the names that are trained")
        if hint := _hint(part, found, encoder, head, names):
            return Verdict(False, f"{part}: {hint}")
    shares = {part: _share(network, wanted) for part, wanted in right.items()}
    said = ", ".join(f"{_WORDS[part]} {100 * share:.3g} %" for part, share in shares.items())
    return Verdict(True, f"of the parameters are trained: {said}")


def _hint(part: str, found: set[str], encoder: set[str], head: set[str], names: list[str]) -> str:
    decoder = set(names) - encoder - head
    if strange := sorted(found - set(names)):
        return f"{strange[0]!r} is no parameter of the network"
    if part != "full" and found & encoder:
        return f"{sorted(found & encoder)[0]} is the encoder's, which stays as it was pre-trained"
    if head - found:
        return f"{sorted(head - found)[0]} is missing: the head is new, and random numbers would stay random"
    if part == "head" and found & decoder:
        return f"{sorted(found & decoder)[0]} is the decoder's; the head is the last layer alone"
    if part != "head" and decoder - found:
        return f"{sorted(decoder - found)[0]} is missing, a part of the decoder"
    if part == "full" and encoder - found:
        return f"{sorted(encoder - found)[0]} is missing: nothing is frozen"
    return ""


def _share(network: Any, names: set[str]) -> float:
    counts = {name: parameter.numel() for name, parameter in network.named_parameters()}
    return sum(counts[name] for name in names) / sum(counts.values())
