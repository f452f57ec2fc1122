"""Checkers of `06_tumor_synthesis`."""

from typing import Any

import numpy as np

from atlas_lab.errors import InputError
from atlas_lab.lessons.verdict import Answer, Verdict

_CLOSE_HU = 8.0  # between two profiles, root mean square: about what two tumours of one recipe differ by


def blend(answer: Answer) -> Verdict:
    rng = np.random.default_rng(0)
    hu = rng.normal(110, 12, (6, 6, 6))
    texture = rng.uniform(0.2, 1, hu.shape)
    soft = np.clip(1.4 - np.hypot(*np.ogrid[-3:3, -3:3])[..., None] / 2 * np.ones(6), 0, 1)
    drop = 80.0
    right = hu - soft * texture * drop
    got = answer(hu.copy(), soft.copy(), texture.copy(), drop)
    if got is ...:
        return Verdict(False, "it still returns ...; take from each voxel a part of the drop")
    if not isinstance(got, np.ndarray) or got.shape != hu.shape:
        return Verdict(False, f"it returns {_kind(got)}; HU in, HU out: an array of shape {hu.shape}")
    if np.allclose(got, right):
        return Verdict(True, "where the soft mask is 0 nothing changed, and in its edge the organ shines through")
    known = (
        (hu + soft * texture * drop, "that adds the drop: the tumour is brighter than its organ"),
        (hu - soft * drop, "every voxel of the middle drops by the same: the texture is missing"),
        (hu - texture * drop, "the whole image drops: multiply by the soft mask, which is 0 outside the tumour"),
        (hu - (soft > 0.5) * texture * drop, "the edge is hard again: use the soft mask as it is, not cut at a half"),
        ((1 - soft) * hu + soft * texture * drop, "that puts texture x drop in the place of the organ: 40 HU whatever the phase"),
    )
    for wrong, hint in known:
        if np.allclose(got, wrong):
            return Verdict(False, hint)
    outside = soft == 0
    if not np.allclose(got[outside], hu[outside]):
        return Verdict(False, "voxels outside the soft mask changed; there the organ must stay as it was")
    return Verdict(False, f"the mean in the middle should drop by {np.mean((soft * texture)[soft == 1]) * drop:.1f} HU")


def spreads(answer: Answer) -> Verdict:
    tries, shares = 3, (1.0, 0.3, 0.1, 0.0)
    got = [answer(share, tries) for share in shares]
    if any(value is ... for value in got):
        return Verdict(False, "it still returns ...; how likely is it that all tries fail?")
    if not all(_is_number(value) for value in got):
        return Verdict(False, f"it returns {_kind(got[0])}, but a probability is one number")
    said, p = np.array(got, float), np.array(shares)
    if np.allclose(said, 1 - (1 - p) ** tries):
        if not np.isclose(float(answer(0.5, 1)), 0.5):
            return Verdict(False, "with one try it is the acceptance itself; use `tries`, not 3")
        return Verdict(True, "0.3 becomes 0.66 and 0.1 becomes 0.27 a step: soft tissue fills first, and tumours lean that way")
    known = (
        (p, "that is one try; a cell has up to three, and stops at the first that is accepted"),
        (p * tries, "chances of tries do not add up: at 0.5 three tries would be 1.5; look at the chance that all fail"),
        (p**tries, "that is the chance that all tries are accepted; one is enough"),
        ((1 - p) ** tries, "that is the chance that all tries fail; take it from 1"),
        (np.ones(4), "that is what the released kernel does: it always accepts, and the tissue does not matter"),
    )
    for wrong, hint in known:
        if np.allclose(said, wrong):
            return Verdict(False, hint)
    return Verdict(False, f"for an acceptance of 0.3 it should be {1 - 0.7**3:.3f}, your function says {said[1]:.3f}")


def imitate(answer: Answer) -> Verdict:
    from atlas_lab.lessons.tumours.target import PROFILE_MM, target  # phantoms are made for it

    settings = answer()
    if settings is ...:
        return Verdict(False, 'it still returns ...; return a dict such as {"contrast": -60, "edge_mm": 2.0}')
    if not isinstance(settings, dict):
        return Verdict(False, f'it returns {_kind(settings)}; return a dict such as {{"contrast": -60, "edge_mm": 2.0}}')
    goal = target()
    try:
        got = goal.imitate(**settings)
    except (InputError, TypeError) as error:
        return Verdict(False, f"Handcrafted refuses these settings: {error}")
    away = got - goal.profile
    apart = float(np.sqrt(np.mean(away**2)))
    if apart <= _CLOSE_HU:
        return Verdict(True, f"{apart:.1f} HU apart (root mean square): near enough that one tumour's texture matters more")
    middle = float(np.mean(away[PROFILE_MM < -3]))
    if abs(middle) > _CLOSE_HU:
        said = "brighter" if middle > 0 else "darker"
        return Verdict(False, f"{apart:.1f} HU apart: its middle is {abs(middle):.0f} HU {said} than the lesion; change contrast")
    rim = float(np.mean(away[np.abs(PROFILE_MM) < 2.5]))
    return Verdict(False, f"{apart:.1f} HU apart: the middle fits, the border is {abs(rim):.0f} HU off; change edge_mm")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _kind(value: Any) -> str:
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__
