"""Checkers of `00_start_here`."""

import numpy as np

from atlas_lab.lessons.verdict import Answer, Verdict


def volume_ml(answer: Answer) -> Verdict:
    mask = np.zeros((10, 12, 14), dtype=bool)
    mask[2:7, 3:9, 4:8] = True  # 120 voxels
    spacing = (0.7, 0.8, 2.5)
    right = 120 * 0.7 * 0.8 * 2.5 / 1000
    got = answer(mask, spacing)
    if got is ...:
        return Verdict(False, "it still returns ...; count the True voxels, and think what one of them measures")
    if np.ndim(got) != 0 or not np.issubdtype(np.asarray(got).dtype, np.number):
        return Verdict(False, f"it returns {type(got).__name__}, but the volume is one number")
    known = {
        120: "that is the number of voxels; multiply by the volume of one",
        right * 1000: "that is in mm³; 1 mL is 1000 mm³",
        right * 10: "1 mL is 1000 mm³, not 100",
        120 * 0.7**3 / 1000: "voxels are not cubes: use all three spacings",
        120 * 2.5**3 / 1000: "voxels are not cubes: use all three spacings",
        mask.size * 0.7 * 0.8 * 2.5 / 1000: "that is the volume of the whole image; count only the True voxels",
    }
    for wrong, hint in known.items():
        if np.isclose(got, wrong):
            return Verdict(False, hint)
    if not np.isclose(got, right):
        return Verdict(False, f"120 voxels of 0.7 x 0.8 x 2.5 mm are {right:.3f} mL, your function says {float(got):.3f}")
    if not np.isclose(answer(np.zeros_like(mask), spacing), 0):
        return Verdict(False, "an empty mask has a volume of 0 mL")
    return Verdict(True, "voxels x spacing x spacing x spacing / 1000 is the volume in mL, for any voxel size")


def left_of(answer: Answer) -> Verdict:
    first, second = np.zeros((2, 10, 10, 10), dtype=bool)
    first[1:3, 1:3], second[7:9, 7:9] = True, True
    to_right, to_left = np.diag([2.0, 2, 2, 1]), np.diag([-2.0, 2, 2, 1])
    across = np.array([[0.0, -3, 0, 0], [3, 0, 0, 0], [0, 0, 3, 0], [0, 0, 0, 1]])  # x runs along the second axis
    asked = [(first, second, to_right), (second, first, to_right), (first, second, to_left), (first, second, across)]
    got = [answer(*question) for question in asked]
    if any(value is ... for value in got):
        return Verdict(False, "it still returns ...; turn voxel indices into millimetres with the affine first")
    for value in got:
        if np.ndim(value) != 0 or value not in (True, False):
            return Verdict(False, f"it returns {type(value).__name__}; return True or False")
    hints: dict[tuple[bool, ...], str] = {
        (True, False, False, False): "",
        (True, True, True, True): "it says True whatever the masks are; compare the mean world x of the two",
        (False, False, False, False): "it says False whatever the masks are; compare the mean world x of the two",
        (False, True, True, True): "the wrong way round: in RAS+ x grows to the patient's right, so left has the smaller world x",
        (
            True,
            False,
            True,
            True,
        ): "right for arrays stored from left to right only; a scanner may store them otherwise: use the affine",
        (
            True,
            False,
            False,
            True,
        ): "the sign of one entry is not enough: x may run along another axis; multiply by the whole affine",
    }
    hint = hints.get(tuple(map(bool, got)), "not for every affine: multiply the voxel indices by it and compare world x")
    if hint:
        return Verdict(False, hint)
    return Verdict(True, "the smaller world x is the patient's left, however the array is stored")
