"""The pre-training lesson: no patient on two sides, features read where they belong, a probe that can fail."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn import functional

from atlas_lab.data import Atlas, Case, LabelMap, Volume
from atlas_lab.errors import InputError
from atlas_lab.learning import Plan, prepare, pretrain
from atlas_lab.lessons import pretraining
from atlas_lab.lessons.pretraining import JUDGED

GRID = (40, 32, 24)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def case(id, structures=JUDGED, patient=None, seed=0):
    """A structure a slab of x, brighter from one to the next, noise over all; `hollow` overlaps the first."""
    rng = np.random.default_rng([seed, sum(map(ord, id))])
    hu = rng.normal(0, 20, GRID)
    masks = {}
    for place, name in enumerate(structures):
        masks[name] = np.zeros(GRID, bool)
        masks[name][6 * place + 2 : 6 * place + 7, 4:28, 4:20] = True
        hu[masks[name]] += 30 * place
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    meta = {} if patient is None else {"patient": patient}
    return Case(id, Volume(hu.round().astype(np.int16), affine), LabelMap(masks, affine, shape=GRID), meta=meta)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An atlas on disk: eight patients, the last of whom has two scans; one has the liver alone, one the colon too."""
    root = tmp_path_factory.mktemp("atlas")
    for number in range(8):
        structures = {2: ("liver",), 3: (*JUDGED, "colon")}.get(number, JUDGED)
        case(f"case{number}", structures).save(root)
    case("again", seed=1).save(root)
    people = {f"case{number}": f"p{number}" for number in range(8)} | {"again": "p7"}
    pd.Series(people, name="patient").rename_axis("id").to_csv(root / "metadata.csv")
    return root


def test_nobody_judges_whose_other_scan_may_be_learned_from(folder):
    for seed in range(6):
        people = pretraining.patients(str(folder), cases=4, validation=2, test=3, seed=seed)
        groups = people.train, people.validation, people.test
        assert list(map(len, groups)) == [4, 2, 3]
        assert len(set().union(*groups)) == 9
        assert not {"case7", "again"} & {*people.validation, *people.test}
        assert "case2" in people.train  # annotated for the liver alone, so that it cannot judge
    assert set(people.classes) == set(JUDGED)
    assert people.new == ("colon",)  # not of the nine, so nobody is told


def test_the_fingerprint_of_a_scan_is_its_voxels(folder):
    prints = pretraining.patients(str(folder), cases=4, validation=2, test=3).fingerprints()
    assert len(prints) == len(set(prints.values())) == 9


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"cases": 5, "test": 3}, "has 9 cases; 6 are their patient's only scan"),
        ({"cases": 1, "test": 5}, "lower cases, validation or test"),
        ({"cases": 0}, "cases=0: give 1 or more"),
        ({"test": 1}, "test=1: give 2 or more"),
    ],
)
def test_too_few_cases_are_refused_with_the_numbers(folder, numbers, said):
    with pytest.raises(InputError, match=said):
        pretraining.patients(str(folder), **numbers)


def test_the_phantom_is_as_large_as_it_must_be_where_patients_come_twice(folder, monkeypatch):
    made = Atlas.open(folder).select(["again", "case7", "case0", "case1", "case3", "case4", "case5", "case6"])
    asked = []
    monkeypatch.setattr(Atlas, "phantom", lambda cases, **options: asked.append(cases) or made[:cases])
    people = pretraining.patients(cases=1, validation=1, test=2)
    assert asked == [4, 7]
    assert not {"again", "case7"} & {*people.validation, *people.test}


def test_the_same_choices_share_a_place_and_others_do_not(tmp_path):
    here = pretraining.place(tmp_path, steps=3, patch=48)
    assert here == pretraining.place(tmp_path, patch=48, steps=3)
    assert here.parent == tmp_path
    assert here != pretraining.place(tmp_path, steps=4, patch=48)


class Coarse(nn.Module):
    """An encoder whose bottleneck is the mean of 8³ voxels."""

    divisor, bottleneck_channels = 8, 1

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def bottleneck(self, images):
        assert all(side % 8 == 0 for side in images.shape[2:])
        return functional.avg_pool3d(images.float(), 8)


@pytest.mark.parametrize("shape", [(40, 24, 32), (150, 24, 36), (24, 200, 24)])
def test_features_are_read_between_the_cells_where_the_voxel_lies(shape):
    x, y, z = np.indices(shape)
    hu = (2 * x - y + 3 * z).astype(np.float32)
    low, high = float(hu.min()), float(hu.max())
    rng = np.random.default_rng(0)
    inner = rng.integers(8, np.array(shape) // 8 * 8 - 8, (200, 3))  # beyond, cells hold air or end
    found = pretraining.bottleneck_at(Coarse(), hu, inner, window=(low, high))
    wanted = (hu[tuple(inner.T)] - low) / (high - low)
    assert found[:, 0] == pytest.approx(wanted, abs=5e-3)  # bfloat16 images


@pytest.fixture(scope="module")
def ready():
    return prepare([case(f"c{number}") for number in range(4)], JUDGED, spacing_mm=4.0, progress=False)


def test_features_stay_beside_their_voxels(ready):
    voxels = pretraining.voxels_of(ready, ["liver", "aorta"], each=5).sample(frac=1, random_state=0, ignore_index=True)
    found = pretraining.bottlenecks(Coarse(), ready, voxels)
    for row in (0, 7, 19):
        one = voxels.iloc[row]
        alone = pretraining.bottleneck_at(Coarse(), ready[one["case"]].hu, np.array([[one["x"], one["y"], one["z"]]]))
        assert found[row] == pytest.approx(alone[0])


def test_an_encoder_is_that_of_its_training_and_random_is_where_it_began(ready, tmp_path):
    plan = Plan(steps=1, learning_rate=1e-3, accelerator="cpu", precision="32-true", seed=5)
    trained = pretrain(
        ready.select(ready.ids[:2]), folder=tmp_path, plan=plan, size="tiny", patch=16, spacing_mm=4.0, classes=JUDGED
    )
    saved = torch.load(trained.checkpoint, weights_only=True)["network"]
    got, random = pretraining.encoder(trained, seed=5).cpu(), pretraining.encoder(seed=5).cpu()
    names = got.encoder_names
    assert all(torch.equal(got.state_dict()[name], saved[name]) for name in names)
    moved = [(got.state_dict()[name] - random.state_dict()[name]).abs().max().item() for name in names]
    assert 0 < max(moved) < 2e-3  # one step of AdamW
    assert not got.training


def test_voxels_lie_in_their_structure_and_in_no_other():
    both = case("both", ("liver", "spleen"))
    masks = {name: both.labels[name].copy() for name in both.labels}
    masks["spleen"] |= masks["liver"] & (np.indices(GRID)[1] > 8)
    overlapping = Case("both", both.ct, LabelMap(masks, both.ct.affine, shape=GRID))
    ready = prepare([overlapping], ["liver", "spleen"], spacing_mm=4.0, progress=False)
    voxels = pretraining.voxels_of(ready, ["liver", "spleen"], each=50)
    assert voxels["structure"].value_counts().to_dict() == {"liver": 50, "spleen": 50}
    for row in voxels.itertuples():
        inside = {name for name, mask in masks.items() if mask[row.x, row.y, row.z]}
        assert inside == {row.structure}
    with pytest.raises(InputError, match="not prepared for 'aorta'"):
        pretraining.voxels_of(ready, ["aorta"])


def cloud(spread, seed=0):
    """Voxels of five cases and three structures, whose features are their structure's own point and noise."""
    rng = np.random.default_rng(seed)
    rows = [(f"c{c}", name) for c in range(5) for name in ("a", "b", "c") for _ in range(40)]
    voxels = pd.DataFrame(rows, columns=["case", "structure"])
    middles = {"a": (1, 0, 0), "b": (0, 1, 0), "c": (0, 0, 1)}
    features = np.array([middles[name] for name in voxels["structure"]], np.float32)
    return features + rng.normal(0, spread, features.shape).astype(np.float32), voxels


def test_a_probe_tells_apart_what_lies_apart_and_nothing_else():
    features, voxels = cloud(0.05)
    found = pretraining.probe(features, voxels, ["c3", "c4"])
    assert list(found.index) == ["c3", "c4"]
    assert found.min() == 1
    assert pretraining.probe(*cloud(100), ["c3", "c4"]).mean() == pytest.approx(1 / 3, abs=0.12)
    shuffled = [pretraining.probe(features, voxels, ["c3", "c4"], shuffle=seed).mean() for seed in range(20)]
    assert np.mean(shuffled) == pytest.approx(1 / 3, abs=0.15)


def test_a_probe_counts_each_structure_alike_however_many_voxels_it_has():
    features, voxels = cloud(0.05)
    features[(voxels["structure"] == "a") & (voxels["case"] == "c4")] = (0, 0, 1)  # taken for c, all of them
    few = voxels.index[(voxels["case"] == "c4") & (voxels["structure"] == "a")][:38]
    kept = ~voxels.index.isin(few)
    found = pretraining.probe(features[kept], voxels[kept], ["c4"])
    assert found["c4"] == pytest.approx(2 / 3)


def test_a_probe_needs_patients_on_both_sides():
    features, voxels = cloud(0.05)
    for test in ([], ["c0", "c1", "c2", "c3", "c4"]):
        with pytest.raises(InputError, match="and of others"):
            pretraining.probe(features, voxels, test)


def test_the_picture_has_a_column_an_encoder_with_the_colours_of_the_structures(ready):
    voxels = pretraining.voxels_of(ready, JUDGED, each=5)
    encoders = {"random": pretraining.encoder(), "another": pretraining.encoder(seed=1)}
    features = {name: pretraining.bottlenecks(network, ready, voxels) for name, network in encoders.items()}
    sheet = pretraining.feature_picture(encoders, features, voxels, ready, "c0")
    axes = np.array(sheet.axes).reshape(2, 3)
    assert [ax.get_title() for ax in axes[0]] == ["CT", "random", "another"]
    picture = axes[0, 1].images[0].get_array()
    assert picture.shape == (32, 40, 3)
    assert 0 <= picture.min() < picture.max() <= 1
    colours = axes[1, 1].collections[0].get_facecolors()
    assert len(np.unique(colours, axis=0)) == len(JUDGED)
    assert len(sheet._repr_png_()) > 10_000
