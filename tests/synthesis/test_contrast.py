"""Every organ has a contrast in every phase, published ones as published."""

import pytest

from atlas_lab import anatomy
from atlas_lab.errors import InputError
from atlas_lab.synthesis.contrast import contrast, contrast_range

EVERYWHERE = [(s.name, phase) for s in anatomy.STRUCTURES for phase in anatomy.PHASES]


@pytest.mark.parametrize(
    ("organ", "phase", "expected"),
    [
        ("liver", "non_contrast", (-25, -5)),
        ("liver", "arterial", (-40, -10)),
        ("liver", "portal", (-75, -35)),
        ("pancreas", "arterial", (-50, -20)),
        ("pancreas", "portal", (-40, -10)),
        ("kidney", "portal", (-120, -50)),
    ],
)
def test_what_was_published_stands_as_published(organ, phase, expected):
    assert contrast_range(organ, phase) == expected
    assert contrast(organ, phase).published


def test_the_published_drop_of_the_handcrafted_method_is_its_depth_times_its_texture():
    assert contrast_range("liver", "portal") == pytest.approx((-145 * 0.525, -65 * 0.525), abs=1.5)


def test_bright_tumours_are_those_of_the_arterial_phase():
    assert contrast_range("liver", "arterial", hyperdense=True) == (20, 60)
    assert contrast_range("pancreas", "arterial", hyperdense=True) == (20, 80)


@pytest.mark.parametrize("hyperdense", [False, True])
@pytest.mark.parametrize(("organ", "phase"), EVERYWHERE)
def test_every_organ_has_a_range_of_one_sign_that_says_where_it_is_from(organ, phase, hyperdense):
    found = contrast(organ, phase, hyperdense=hyperdense)
    assert found.low < found.high
    assert found.low * found.high > 0
    assert found.source
    assert (found.low > 0) == (hyperdense or organ.startswith("lung"))
    assert not found.published or organ in ("liver", "pancreas", "kidney_left", "kidney_right")


@pytest.mark.parametrize("phase", anatomy.PHASES)
def test_both_sides_and_each_side_of_an_organ_are_alike(phase):
    for name in anatomy.ORGANS:
        for side in anatomy.organ(name):
            assert contrast(side, phase) == contrast(name, phase)


def test_a_tumour_of_a_solid_organ_is_neither_water_nor_fat():
    """The published portal drop on a plain liver would leave it at -25 HU."""
    for organ in ("liver", "pancreas", "kidney", "spleen"):
        for phase in anatomy.PHASES:
            level = min(anatomy.structure(anatomy.organ(organ)[0]).hu[phase])
            assert level + contrast_range(organ, phase)[0] > -45
    assert 45 + contrast_range("liver", "non_contrast")[0] >= 20


@pytest.mark.parametrize(
    ("organ", "phase", "message"),
    [
        ("lver", "portal", "did you mean 'liver'"),
        ("liver", "portl", "did you mean 'portal'"),
        ("liver_tumor", "portal", "name the organ it grows in, one of liver"),
    ],
)
def test_a_wrong_name_gets_the_nearest_one(organ, phase, message):
    with pytest.raises(InputError, match=message):
        contrast_range(organ, phase)
