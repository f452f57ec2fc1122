"""DiNTS with our topology and with a searched one from a file."""

import numpy as np
import pytest
import torch

from atlas_lab.errors import InputError
from atlas_lab.learning.backbones import backbone
from atlas_lab.learning.backbones.dints_architecture import default, ends, read

torch.set_num_threads(1)


def codes():
    """Two columns, two depths: one node in, both after the first column, the fine one out."""
    # paths of two depths in the published order: 0→0, 1→0, 0→1, 1→1
    return {
        "node_a": np.array([[1, 0], [1, 1], [1, 0]]),
        "arch_code_a": np.array([[1, 0, 1, 0], [1, 1, 0, 0]]),
        "arch_code_c": np.array([[1, 0, 0, 0], [4, 1, 0, 0]]),
    }


def test_paths_come_in_monais_order():
    assert ends(4) == ([0, 1, 0, 1, 2, 1, 2, 3, 2, 3], [0, 0, 1, 1, 1, 2, 2, 2, 3, 3])


def test_the_default_topology_joins_all_its_nodes():
    made = default(6, 4)
    assert read(made.plain()).paths.tolist() == made.paths.tolist()
    assert made.paths.sum(axis=1).tolist() == [4 + 3] * 6


def test_a_searched_architecture_is_read_and_used(tmp_path):
    np.savez(tmp_path / "codes.npz", **codes())
    made = backbone("dints", 3, "tiny", architecture=tmp_path / "codes.npz")
    cells = made.net.dints_space.cell_tree
    assert len(cells) == 4
    assert made.divisor == 4
    assert made.bottleneck_channels == 16  # the one node that is left, at half resolution
    made(torch.rand(2, 1, 12, 12, 12)).square().mean().backward()
    assert all(parameter.grad is not None for parameter in made.parameters())
    assert backbone("dints", 3, "tiny", **made.options).state_dict().keys() == made.state_dict().keys()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"node_a": None}, "has no node_a; it needs node_a, arch_code_a, arch_code_c"),
        ({"node_a": np.ones((4, 2))}, r"needs arch_code_a and arch_code_c of shape \(3, 4\)"),
        ({"node_a": np.ones(3)}, r"node_a must be \(columns \+ 1, depths\)"),
        ({"arch_code_c": np.full((2, 4), 5)}, "operations 0 to 4 only"),
        ({"arch_code_a": np.full((2, 4), 2)}, "hold 0 and 1 only"),
        ({"node_a": np.array([[1, 1], [1, 0], [1, 0]])}, "the paths of column 0 do not join the nodes"),
        ({"node_a": [[1], [1, 2]]}, "must be arrays of whole numbers"),
    ],
)
def test_codes_that_make_no_network_are_refused(change, said):
    given = {name: array for name, array in (codes() | change).items() if array is not None}
    with pytest.raises(InputError, match=said):
        read(given)


def test_a_pickle_is_not_opened(tmp_path):
    torch.save(codes(), tmp_path / "codes.pth")
    with pytest.raises(InputError, match=r"is no \.npz file of arrays; a published \.pth is a pickle"):
        read(tmp_path / "codes.pth")
    np.savez(tmp_path / "objects.npz", node_a=np.array([object()], dtype=object))
    with pytest.raises(InputError, match=r"is no \.npz"):
        read(tmp_path / "objects.npz")
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "nowhere.npz")
