"""What the networks learn from: which tumours, how they are cut, and what is said where there are none."""

import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.learning.patches import prepare
from atlas_lab.synthesis.diffusion.crops import Crops, organs_in, prepared, tumours_in
from atlas_lab.synthesis.diffusion.grid import Grid
from tests.synthesis.diffusion.tiny import patient

GRID = Grid(2.0, 16, 300.0)
EVERY = (0, np.inf)


@pytest.fixture(scope="module")
def ready():
    return prepare([patient("P0"), patient("P1", 1, tumours=())], ["liver", "liver_tumor"], spacing_mm=2.0, progress=False)


def test_an_organs_level_is_that_of_its_healthy_part(ready):
    levels = [place.level for place in organs_in(ready, ["liver"])]
    assert levels == pytest.approx([110, 110], abs=1)


def test_every_tumour_is_found_once_with_its_centre(ready):
    found = tumours_in(ready, organs_in(ready, ["liver"]), EVERY)
    assert {place.case for place in found} == {0}
    assert np.rint([place.centre for place in found]).tolist() == [[14, 20, 20], [27, 20, 20]]


@pytest.mark.parametrize(("span", "count"), [((0, 15), 1), ((15, 25), 1), ((25, np.inf), 0)])
def test_tumours_are_chosen_by_their_diameter(ready, span, count):
    assert len(tumours_in(ready, organs_in(ready, ["liver"]), span)) == count


def test_a_crop_shows_its_tumour_dark_beside_an_organ_at_zero(ready):
    places = tumours_in(ready, organs_in(ready, ["liver"]), EVERY)
    batch = Crops(ready, places, GRID, 4, 0, 0)[3]
    image, mask = batch["image"], batch["mask"]
    assert image.shape == mask.shape == (4, 1, 16, 16, 16)
    assert all(one.any() for one in mask)
    assert set(mask.unique().tolist()) == {0, 1}
    assert float(image[mask > 0].mean()) == pytest.approx((50 - 110) / 150, abs=0.02)
    assert float(image[mask == 0].median()) == pytest.approx(0, abs=0.1)


def test_a_batch_depends_on_its_number_alone(ready):
    places = organs_in(ready, ["liver"])
    one, again, other = (Crops(ready, places, GRID, 2, 0, 0)[number]["image"] for number in (5, 5, 6))
    assert one.equal(again)
    assert not one.equal(other)


def test_an_organ_without_a_mask_is_refused():
    with pytest.raises(InputError, match="organ 'kidney': no case has its mask; annotated are liver, pancreas, liver_tumor"):
        prepared([patient()], ["liver", "kidney"], None, 2.0, 0)
    with pytest.raises(InputError, match="organ 'livr': did you mean 'liver'"):
        prepared([patient()], ["livr"], None, 2.0, 0)
    with pytest.raises(InputError, match=r"organs='liver': give a list, such as \['liver'\]"):
        prepared([patient()], "liver", None, 2.0, 0)
