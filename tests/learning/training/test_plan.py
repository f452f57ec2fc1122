"""What cannot be a plan is refused where it is written down."""

import pytest

from atlas_lab.errors import InputError
from atlas_lab.learning.training import Plan


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"steps": None}, "needs a budget"),
        ({"steps": 0}, "steps=0: give a whole number, 1 or more"),
        ({"minutes": float("nan")}, "minutes=nan: give a number above 0"),
        ({"learning_rate": "1e-3"}, r"learning_rate='1e-3': give a number above 0; in a YAML file 1e-3 is written 1\.0e-3"),
        ({"warm_up": 1.0}, "warm_up=1.0: give a share from 0 to below 1"),
        ({"weight_decay": "0"}, "weight_decay='0': give a number from 0 on"),
        ({"seed": -1}, "seed=-1: give a whole number, 0 or more"),
        ({"accelerator": "quda"}, "accelerator='quda': did you mean 'cuda'"),
        ({"precision": "8"}, "precision='8': choose one of"),
    ],
    ids=str,
)
def test_a_wrong_value_is_named_with_what_to_give(values, said):
    with pytest.raises(InputError, match=said) as error:
        Plan(**values)
    assert "\n" not in str(error.value)
