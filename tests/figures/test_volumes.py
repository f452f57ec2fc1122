"""A dot a whole structure, none for what is cut or absent."""

import pandas as pd
import pytest

from atlas_lab import anatomy
from atlas_lab.errors import InputError
from atlas_lab.figures.volumes import volumes


def measures(*rows) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["id", "structure", "status", "volume_ml"])
    return table.set_index(["id", "structure"])


def test_every_whole_structure_has_its_dots_in_the_order_of_the_table():
    figure = volumes(
        measures(
            ("a", "liver", "present", 1500), ("b", "liver", "present", 1300), ("b", "aorta", "present", 70),
            ("a", "seroma", "present", 3), ("a", "aorta", "cut", 9),
        )
    )  # fmt: skip
    (ax,) = figure.axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["aorta  (1)", "liver  (2)", "seroma  (1)"]
    assert [sorted(line.get_xdata()) for line in ax.lines] == [[70], [1300, 1500], [3]]
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert bars == [anatomy.BY_NAME["aorta"].volume_ml, anatomy.BY_NAME["liver"].volume_ml]
    assert ax.get_xscale() == "log"


def test_nothing_whole_is_nothing_to_show():
    with pytest.raises(InputError, match="no structure is whole"):
        volumes(measures(("a", "liver", "cut", 9)))
