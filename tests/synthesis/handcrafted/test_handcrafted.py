"""What a handcrafted tumour is, wherever it grows."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from atlas_lab.data import Case
from atlas_lab.errors import InputError
from atlas_lab.synthesis.boxes import warped
from atlas_lab.synthesis.handcrafted import Handcrafted
from atlas_lab.synthesis.tissue import NoRoom, Tissue, level_and_noise
from tests.synthesis.handcrafted.growing import CALM, LIVER, diameter_of, grown, surface
from tests.synthesis.tissues import SPACINGS, ball, middle

ROOT = Path(__file__).resolve().parents[3]


@settings(max_examples=40)
@given(
    diameter=st.floats(6, 40),
    spacing=st.sampled_from(SPACINGS),
    seed=st.integers(0, 9999),
    push=st.sampled_from(["auto", True, False]),
)
def test_the_mask_has_the_diameter_asked_for_to_half_a_voxel(diameter, spacing, seed, push):
    tissue = LIVER[spacing]
    growth = grown(tissue, diameter, seed, mass_effect=push)
    asked = np.pi / 6 * diameter**3 / tissue.voxel_mm3
    assert np.count_nonzero(growth.mask) == pytest.approx(asked, abs=1.5)


@settings(max_examples=40)
@given(
    diameter=st.floats(6, 30),
    spacing=st.sampled_from(SPACINGS),
    seed=st.integers(0, 9999),
    depth=st.floats(1, 12),
    push=st.booleans(),
    capsule=st.booleans(),
)
def test_a_tumour_never_leaves_its_organ_and_paints_on_nothing_that_is_taken(diameter, spacing, seed, depth, push, capsule):
    tissue = LIVER[spacing]
    centre = surface(tissue, max(depth, diameter / 4))
    tissue.taken[:, centre[1] + 2] = True
    try:
        growth = grown(tissue, diameter, seed, centre, mass_effect=push, capsule=capsule)
    except NoRoom:
        return
    finally:
        taken = tissue.taken.copy()
        tissue.taken[:] = False
    organ, taken = tissue.organ[growth.box], taken[growth.box]
    if push:
        organ, taken = warped(organ, growth.warp), warped(taken, growth.warp)
    else:
        assert not growth.region[~organ | taken].any()
    assert not growth.mask[~organ | taken].any()


@pytest.mark.parametrize("fields", [{}, {"capsule": True}, {"mass_effect": True}, {"contrast": 120.0}], ids=str)
@pytest.mark.parametrize("spacing", SPACINGS)
def test_nothing_outside_the_region_changes_and_the_tissue_is_not_written_to(spacing, fields):
    tissue = LIVER[spacing]
    before = tissue.hu.copy()
    growth = grown(tissue, 18, **fields)
    np.testing.assert_array_equal(tissue.hu, before)
    np.testing.assert_array_equal(growth.hu[~growth.region], before[growth.box][~growth.region])
    assert growth.region[growth.mask].all()
    assert growth.hu.dtype == np.float32
    assert growth.hu.shape == growth.mask.shape == growth.region.shape == before[growth.box].shape


@pytest.mark.parametrize(("diameter", "pushes"), [(6, False), (19.9, False), (20, True), (30, True)])
def test_early_tumours_have_no_mass_effect_unless_asked(diameter, pushes):
    growth = grown(CALM, diameter)
    assert (growth.warp is not None) == pushes == growth.settings["mass_effect"]
    assert grown(CALM, diameter, mass_effect=False).warp is None
    assert grown(CALM, diameter, mass_effect=True).warp is not None


@pytest.mark.parametrize("spacing", SPACINGS)
def test_with_mass_effect_only_the_stated_ball_changes(spacing):
    tissue = LIVER[spacing]
    growth = grown(tissue, 24)
    reach = growth.settings["mass_effect_radius_mm"]
    sides = zip(growth.box, middle(tissue), spacing, strict=True)
    x, y, z = ((np.arange(side.start, side.stop) - c) * s for side, c, s in sides)
    r = np.sqrt(x[:, None, None] ** 2 + y[:, None] ** 2 + z**2)
    assert 24 <= reach <= 30
    assert not growth.region[r > reach].any()
    assert not growth.warp[:, r > reach].any()
    np.testing.assert_array_equal(growth.hu[r > reach], tissue.hu[growth.box][r > reach])


def test_a_pushed_vessel_is_spared_where_it_went_and_not_where_it_was():
    tissue = ball(90)
    x, _, z = middle(tissue)
    tissue.taken[x + 6 : x + 8, :, z - 1 : z + 2] = True
    growth = grown(tissue, 24, 3)
    taken = tissue.taken[growth.box]
    assert not (growth.mask & warped(taken, growth.warp)).any()
    assert (growth.mask & taken).any()


def test_a_tumour_that_bulges_out_is_tissue_there_and_not_darkened_fat():
    tissue = ball(70, level=150, noise=8.0, organ="kidney")
    centre = surface(tissue, 1)
    growth = grown(tissue, 18, centre=centre, clipped=False, mass_effect=False, edge_mm=1.0)
    organ = tissue.organ[growth.box]
    deep = ndimage.binary_erosion(growth.mask, iterations=2)
    outside, inside = deep & ~organ, deep & organ
    assert np.count_nonzero(outside) > 200
    assert growth.hu[outside].mean() == pytest.approx(growth.hu[inside].mean(), abs=15)
    assert growth.hu[outside].std() == pytest.approx(growth.hu[inside].std(), rel=0.35)
    assert growth.hu[growth.mask].mean() - tissue.level == pytest.approx(growth.settings["contrast_hu"], abs=0.6)


@pytest.mark.parametrize("fields", [{}, {"capsule": True, "mass_effect": True}], ids=str)
@pytest.mark.parametrize("clipped", [True, False])
def test_the_same_generator_state_gives_the_same_bytes(fields, clipped):
    first, second = (grown(CALM, 14, 5, clipped=clipped, **fields) for _ in range(2))
    other = grown(CALM, 14, 6, clipped=clipped, **fields)
    assert first.hu.tobytes() == second.hu.tobytes()
    assert first.mask.tobytes() == second.mask.tobytes()
    assert first.settings == second.settings
    assert first.hu.tobytes() != other.hu.tobytes()


def test_another_process_makes_the_same_bytes():
    code = (
        "import hashlib; from tests.synthesis.handcrafted.growing import CALM, grown;"
        "print(hashlib.sha256(b''.join(grown(CALM, d, 5, capsule=True).hu.tobytes() for d in (8, 24))).hexdigest())"
    )
    here = hashlib.sha256(b"".join(grown(CALM, d, 5, capsule=True).hu.tobytes() for d in (8, 24))).hexdigest()
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "7"}
    there = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert there.stdout.strip() == here


def test_the_order_of_the_arrays_in_memory_changes_nothing():
    from dataclasses import replace

    turned = replace(CALM, **{name: np.asfortranarray(getattr(CALM, name)) for name in ("hu", "organ", "taken")})
    for array in (turned.hu, turned.organ, turned.taken):
        array.flags.writeable = False
    for diameter in (12, 24):
        assert grown(CALM, diameter).hu.tobytes() == grown(turned, diameter).hu.tobytes()


@pytest.mark.parametrize(
    "given", [{"contrast": -40.0}, {"edge_mm": 2.0}, {"patch_mm": 5.0}, {"grain_mm": 2.0}, {"capsule": True}]
)
def test_a_setting_that_is_given_changes_no_other_draw(given):
    drawn, changed = grown(CALM, 16).settings, grown(CALM, 16, **given).settings
    for key in ("semi_axes_mm", "bend_mm", "edge_mm", "patch_mm", "grain_mm"):
        assert key in given or drawn[key] == changed[key]


def test_rounded_to_int16_the_contrast_stays():
    growth = grown(CALM, 12)
    stored = np.rint(growth.hu).astype(np.int16)
    assert stored[growth.mask].mean() == pytest.approx(growth.hu[growth.mask].mean(), abs=0.05)
    np.testing.assert_array_equal(stored[~growth.region], CALM.hu[growth.box][~growth.region])


@pytest.mark.parametrize("method", [Handcrafted(), Handcrafted((-50.0, -20.0), False, 1.5, 6.0, 4.0, True, 40.0, 25.0)])
def test_settings_make_the_method_again_even_after_json(method):
    assert Handcrafted(**method.settings()) == method
    assert Handcrafted(**json.loads(json.dumps(method.settings()))) == method
    json.dumps(grown(CALM, 24).settings)


def test_numbers_of_numpy_are_kept_as_plain_ones():
    numpys = {"edge_mm": np.float32(1.5), "mass_effect_intensity": np.int64(40), "capsule": np.float32(20)}
    for contrast, plain in ((np.float32(-40), -40.0), ((np.int64(-50), np.float32(-20)), (-50, -20.0))):
        method = Handcrafted(contrast=contrast, **numpys)
        assert Handcrafted(**json.loads(json.dumps(method.settings()))) == method
        assert method.contrast == plain


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"edge_mm": 0}, "edge_mm=0: give a number from 0.1 to 10"),
        ({"grain_mm": float("nan")}, "grain_mm=nan"),
        ({"mass_effect_intensity": 101}, "from 0 to 100"),
        ({"mass_effect_intensity": None}, "from 0 to 100"),
        ({"contrast": (10, -10)}, "a number, or a range"),
        ({"contrast": float("inf")}, "a number, or a range"),
        ({"contrast": -20, "hyperdense": True}, "brighter than its organ"),
        ({"mass_effect": "yes"}, "choose from 'auto', True, False"),
        ({"capsule": "bright"}, "the rim's HU"),
        ({"hyperdense": 1}, "choose True or False"),
        ({"contrast": True}, "a number, or a range"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(fields, message):
    with pytest.raises(InputError, match=message):
        Handcrafted(**fields)


def test_no_room_is_said_in_one_line():
    small = ball(10)
    with pytest.raises(NoRoom, match="liver: no room for a tumour of 30 mm") as error:
        grown(small, 30)
    assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="outside its box"):
        grown(small, 6, centre=(500, 0, 0))
    with pytest.raises(InputError, match="diameter_mm"):
        grown(small, 0.0)


@pytest.mark.real
def test_in_a_real_liver_tumours_have_their_size_and_contrast_and_nothing_else_changes(real_data):
    case = Case.open(real_data / "cases" / "TS_ABD_0001")
    hu, organ = np.asarray(case.ct), np.asarray(case.labels["liver"])
    level, noise = level_and_noise(hu, organ, "liver")
    tissue = Tissue(hu, organ, np.zeros(organ.shape, bool), case.ct.spacing, "liver", "liver", "non_contrast", level, noise)
    deep = np.argwhere(ndimage.binary_erosion(organ, iterations=4))
    rng = np.random.default_rng(0)
    for diameter in (8, 14, 20, 30):
        centre = tuple(int(at) for at in deep[rng.integers(len(deep))])
        growth = grown(tissue, diameter, 1, centre)
        assert diameter_of(growth, tissue) == pytest.approx(diameter, abs=1.5)
        aimed, local = growth.settings["contrast_hu"], 0.0
        if growth.warp is None:  # a fissure may be darker than the liver by more than a tumour makes up for
            local = float(hu[growth.box][growth.mask].mean() - level)
        left = local - np.clip(local, aimed / 2, -aimed / 2)
        assert -25 <= aimed <= -5
        assert growth.hu[growth.mask].mean() - level == pytest.approx(aimed + left, abs=0.1 if growth.warp is None else 12)
        np.testing.assert_array_equal(growth.hu[~growth.region], hu[growth.box][~growth.region])
        if growth.warp is None:
            assert not growth.region[~organ[growth.box]].any()
