"""The picture of each task: three columns of what the task itself makes."""

import numpy as np
import pytest

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures.sheet import Sheet
from atlas_lab.learning.pretext import TASKS, pretext
from atlas_lab.learning.pretext._cubes import cut_cubes
from atlas_lab.learning.pretext._patch import patches
from atlas_lab.learning.pretext._picture import puzzle
from tests.learning.pretext.stand_in import generator, places

SHAPE, AFFINE = (60, 50, 40), np.diag([3.0, 3, 3, 1])
ROWS = {"models_genesis": 5, "jigsaw": 3, "deepcluster": 3, "unimiss": 3}


@pytest.fixture(scope="module")
def case() -> Case:
    hu = np.random.default_rng(0).integers(-150, 240, SHAPE).astype(np.int16)
    mask = np.zeros(SHAPE, dtype=bool)
    mask[5:9, 5:9, 5:9] = True
    return Case("case", Volume(hu, AFFINE), LabelMap({"liver": mask}, AFFINE))


@pytest.mark.parametrize("name", list(TASKS))
def test_every_task_is_drawn_in_three_columns(name, case):
    figure = pretext(name).show(case)
    assert isinstance(figure, Sheet)
    assert len(figure.axes) == 3 * ROWS.get(name, 2)
    assert all(len(ax.images) == 1 for ax in figure.axes)
    words = [text.get_text() for text in figure.texts]
    assert "the patch what the network gets what it must answer".split() == " ".join(words[:3]).split()
    assert pretext(name).question in figure.get_suptitle()


def pixels(figure: Sheet) -> list[np.ndarray]:
    return [np.asarray(ax.images[0].get_array()) for ax in figure.axes]


def test_a_seed_gives_one_picture(case):
    task = pretext("inpainting")
    one, again, other = (pixels(task.show(case, seed=seed)) for seed in (0, 0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not np.array_equal(one[1], other[1])
    assert np.array_equal(one[0], one[2])  # the answer is the patch


def test_the_patch_lies_where_it_is_asked_to(case):
    ramp = Volume(np.arange(150, dtype=np.int16)[:, None, None] * np.ones((1, 60, 60), np.int16), np.eye(4))
    middle = patches(ramp, (0, 150), None, 1, 0)[0, 0, 48, 48, 48] * 150
    right = patches(ramp, (0, 150), (140, 30, 30), 1, 0)[0, 0, -1, 48, 48] * 150
    assert middle == pytest.approx(75, abs=1)
    assert right == pytest.approx(149, abs=1)  # it stays inside the CT
    assert patches(ramp, (0, 150), None, 1, 0)[0, 0, :, 0, 0].max() == 0  # beside the CT is air
    liver = patches(case, (-150, 250), "liver", 1, 0)
    assert np.array_equal(liver, patches(case, (-150, 250), (7, 7, 7), 1, 0))
    assert patches(case, (-150, 250), None, 4, 0).shape == (4, 1, 96, 96, 96)


def test_what_cannot_be_drawn_is_named(case):
    task = pretext("denoising")
    with pytest.raises(InputError, match="str is neither a Case nor a Volume"):
        task.show("case")
    with pytest.raises(InputError, match="lies outside the volume of shape"):
        task.show(case, at=(60, 0, 0))
    with pytest.raises(InputError, match="a Volume has no structures"):
        task.show(case.ct, at="liver")


def test_a_single_slice_can_be_shown():
    flat = Volume(np.full((40, 40, 1), 50, np.int16), np.diag([1.0, 1, 5, 1]))
    assert len(pretext("restoration").show(flat).axes) == 6


def test_the_solved_puzzle_names_the_place_of_every_cube():
    cubes, _ = cut_cubes(places(20), 2, generator())
    order = [3, 0, 1, 2, 4, 5, 7, 6]
    top, bottom = puzzle(places(20)[0, 0], cubes[0, order], cubes[0, order], order, 2, "order 1 of 2")
    given = dict(label for row in (top, bottom) for label in row[1].labels)
    found = dict(label for row in (top, bottom) for label in row[2].labels)
    assert given.keys() == found.keys()
    for voxel, number in found.items():
        place = next(v for v, n in given.items() if n == number)
        assert top[1].image[place] == top[2].image[voxel]


@pytest.mark.real
def test_a_real_ct_is_drawn_too(real_data):
    case = Case.open(real_data / "cases" / "TS_ABD_0001")
    patch, given, answer = pixels(pretext("inpainting").show(case))[:3]
    assert np.array_equal(patch, answer)
    assert 0.01 < (given != answer).mean() < 0.5
    assert patch.std() > 0.05
