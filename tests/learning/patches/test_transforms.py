"""Transforms on patches: how synthesis gets into training."""

import numpy as np
import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.patches import batches, prepare
from tests.learning.patches.tiny import CLASSES, tiny_case

LIVER, TUMOR = CLASSES.index("liver"), CLASSES.index("liver_tumor")


def toy_tumor(hu, masks, spacing, rng):
    """A dark cube at a random voxel of the liver, if there is one; its masks are known either way."""
    liver = masks["liver"]
    tumor = np.zeros_like(liver)
    if liver.any():
        x, y, z = rng.choice(np.argwhere(liver))
        tumor[x : x + 3, y : y + 3, z : z + 3] = True
        tumor &= liver
    hu[tumor] = -50
    return hu, {"liver_tumor": tumor}


def brighter(hu, masks, spacing, rng):
    return hu + 0.6, {}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    cases = [tiny_case("a", without=["liver_tumor"]), tiny_case("b", seed=1, without=["spleen"])]
    return prepare(cases, CLASSES, folder=tmp_path_factory.mktemp("prepared"), progress=False)


def both(prepared, *transforms, **arguments):
    with_, without = (list(batches(prepared, 16, 2, stop_step=4, transforms=t, **arguments)) for t in (transforms, ()))
    return zip(with_, without, strict=True)


def test_a_toy_tumour_is_in_the_image_and_in_the_labels(prepared):
    grown = 0
    for batch, plain in both(prepared, toy_tumor):
        tumor = (batch["bits"] >> TUMOR) & 1 == 1
        assert (batch["hu"][:, 0][tumor] == -50).all()
        assert torch.equal(batch["hu"][:, 0][~tumor], plain["hu"][:, 0][~tumor])
        assert ((batch["bits"][tumor] >> LIVER) & 1 == 1).all()
        others = ~(1 << TUMOR)
        assert torch.equal(batch["bits"] & others, plain["bits"] & others)
        assert batch["known"][:, TUMOR].all()
        assert torch.equal(batch["known"][:, :TUMOR], plain["known"][:, :TUMOR])
        grown += int(tumor.sum())
    assert grown > 0


def test_it_sees_only_what_the_case_is_annotated_for(prepared):
    seen = []

    def look(hu, masks, spacing, rng):
        seen.append((set(masks), {name: mask.sum() for name, mask in masks.items()}, spacing, hu.dtype))
        return hu, {}

    (batch,) = batches(prepared, 16, 2, stop_step=1, transforms=[look])
    for row, (names, sizes, spacing, dtype) in enumerate(seen):
        assert names == {name for name, known in zip(CLASSES, batch["known"][row], strict=True) if known}
        assert sizes["liver"] == int(((batch["bits"][row] >> LIVER) & 1).sum())
        assert spacing == (1.5, 1.5, 1.5)
        assert dtype == np.int16


def test_one_transform_comes_after_the_other_and_hu_are_rounded(prepared):
    for batch, plain in both(prepared, brighter, brighter):
        assert torch.equal(batch["hu"], plain["hu"] + 2)


def test_workers_and_other_transforms_do_not_change_the_draws(prepared):
    alone = [batch for batch, _ in both(prepared, toy_tumor)]
    for arguments in ({"workers": 2}, {}):
        later = (toy_tumor, brighter) if not arguments else (toy_tumor,)
        for one, (other, _) in zip(alone, both(prepared, *later, **arguments), strict=True):
            assert torch.equal(one["bits"], other["bits"])


@pytest.mark.parametrize(
    ("transform", "says"),
    [
        (lambda hu, *_: (hu[1:], {}), r"returns HU of shape \(15, 16, 16\)"),
        (lambda hu, *_: (hu * np.nan, {}), "no number"),
        (lambda hu, *_: (hu, {"livr": hu > 0}), "'livr', which is no class of this training: did you mean 'liver'"),
        (lambda hu, *_: (hu, {"liver": hu}), "must be bool"),
    ],
)
def test_a_transform_that_breaks_the_protocol_is_named_with_case_and_step(prepared, transform, says):
    for workers in (0, 1):
        with pytest.raises(InputError, match=rf"^transform <lambda>.*{says}.*\(case [ab], step 7\)$"):
            next(iter(batches(prepared, 16, 1, start_step=7, transforms=[transform], workers=workers)))
