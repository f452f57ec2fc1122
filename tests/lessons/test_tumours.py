"""What the lesson on synthesis shows."""

import numpy as np
import pytest

from atlas_lab.errors import InputError
from atlas_lab.lessons import tumours
from atlas_lab.synthesis import Automaton, synthesize
from tests.synthesis.blobs import Blob
from tests.synthesis.cases import by_hand


def test_growth_is_counted_from_the_history_and_set_beside_the_published_curve():
    (tumour,) = synthesize(by_hand(), "liver", Automaton(necrosis=0.0), 24.0, count=1).tumours
    table = tumours.growth_table(tumour, 8.0)
    assert list(table.index) == tumour.settings["history_steps"]
    assert table["radius_mm"].iloc[-1] == pytest.approx(tumour.diameter_mm / 2, rel=0.12)
    assert table["full"].between(0, 1).all()
    assert np.interp(30, table.index, table["published_mm"]) == pytest.approx(6.0, abs=0.2)
    assert len(tumours.growth_chart(table).axes) == 1
    assert len(tumours.stages(tumour, 5).axes) == 5


def test_a_place_is_shown_at_one_scale_in_each_scan_with_what_is_outlined():
    case = by_hand()
    made = synthesize(case, "liver", Blob(), 16.0)
    sheet = tumours.side_by_side(
        {"before": case, "after": made}, tumours.fullest_voxel(made.tumours[0]), outlined=["liver_tumor"]
    )
    assert len(sheet.axes) == 2
    assert {tuple(np.abs(np.diff(ax.get_xlim()))) for ax in sheet.axes} == {(60.0,)}
    assert sheet.legends


def test_the_fullest_voxel_lies_in_the_middle_of_the_largest_slice():
    (tumour,) = synthesize(by_hand(), "liver", Blob(), 20.0).tumours
    x, y, z = tumours.fullest_voxel(tumour)
    assert tumour.mask.full[x, y, z]
    assert tumour.mask.full[:, :, z].sum() == tumour.mask.full.sum(axis=(0, 1)).max()


def test_a_real_source_needs_the_organ(tmp_path):
    case = by_hand()
    case.save(tmp_path)
    assert "liver" in tumours.healthy(str(tmp_path / case.id), "liver").labels
    with pytest.raises(InputError, match="pancreas"):
        tumours.healthy(str(tmp_path / case.id), "pancreas")
