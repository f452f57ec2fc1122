"""DiNTS, a network whose topology was searched for, as MONAI has it."""

import contextlib
import io

import torch
from monai.networks import nets

from atlas_lab.learning.backbones.base import Backbone, Features, take_out
from atlas_lab.learning.backbones.dints_architecture import Given, default, read
from atlas_lab.learning.backbones.entry import Entry


class DiNTS(Backbone):
    """Columns of nodes, one a resolution, joined by paths that keep, halve or double it; a stem halves it first.

    `architecture` is a searched one: see `dints_architecture.read`. Without it the topology is ours, not a searched
    one: every node is used and kept by a 3x3x3 convolution; the first half of the columns also hands down, the second
    half also hands up, by a change of resolution alone.
    """

    def __init__(
        self, classes: int, channels: int, *, columns: int, depths: int, channel_mul: float, architecture: Given | None = None
    ) -> None:
        found = default(columns, depths) if architecture is None else read(architecture)
        with contextlib.redirect_stdout(io.StringIO()):  # MONAI prints its advice on patch sizes
            space = nets.TopologyInstance(
                [found.paths, found.operations], channel_mul, num_blocks=len(found.paths), num_depths=found.depths
            )
            net = nets.DiNTS(space, channels, classes, node_a=torch.from_numpy(found.nodes))
        outputs = [depth for depth in range(found.depths) if found.nodes[-1][depth]]
        for depth in range(found.depths):  # what no image passes through
            if not found.nodes[0][depth]:
                del net.stem_down[str(depth)]
            if depth > outputs[-1]:
                del net.stem_up[str(depth)]
        head = take_out(net.stem_finals, "1")
        super().__init__(
            net,
            head,
            classes=classes,
            channels=channels,
            bottleneck_channels=space.filter_nums[outputs[-1] + 1],
            full_channels=space.filter_nums[0],
            divisor=2**found.depths,
            encoder=("stem_down", "dints_space"),
        )
        self._outputs = outputs
        if architecture is not None:
            self.options = {"architecture": found.plain()}

    def _features(self, images: torch.Tensor) -> Features:
        net = self.net
        nothing = images.new_zeros(())
        inputs = [net.stem_down[str(d)](images) if str(d) in net.stem_down else nothing for d in range(net.num_depths)]
        nodes = net.dints_space(inputs)
        bottleneck = x = nodes[self._outputs[-1]]
        for depth in range(self._outputs[-1], -1, -1):
            x = net.stem_up[str(depth)](x)
            if depth:
                x = x + nodes[depth - 1]  # a node without input is the number 0
        return Features(bottleneck, net.stem_finals(x))


ENTRY = Entry(
    DiNTS,
    {
        "tiny": {"columns": 4, "depths": 3, "channel_mul": 0.25},
        "published": {"columns": 12, "depths": 4, "channel_mul": 1.0},
    },
    paper="He et al., DiNTS, CVPR",
    year=2021,
    licence="Apache-2.0 (MONAI)",
    note="own topology, unless architecture= gives a searched one",
)
