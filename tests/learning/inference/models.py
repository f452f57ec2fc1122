"""A model that needs no training: a voxel's HU alone say what it is."""

import numpy as np
import torch

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.learning import Model, backbone

CLASSES = ("liver", "spleen")
HU = {"liver": 150.0, "spleen": -100.0}
WINDOW = (-175.0, 250.0)


def by_hu(spacing=2.0, patch=32):
    """Bright is liver, dark is spleen: each layer of the topmost level passes its middle voxel on."""
    network = backbone("unet", len(CLASSES), "tiny").eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        for name, module in network.named_modules():
            if name.endswith("conv1"):
                module.weight[0, 32 if name.endswith("up_tr64.ops.0.conv1") else 0, 1, 1, 1] = 1  # the skip's is behind 32 others
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm3d):
                module.weight.fill_((1 + module.eps) ** 0.5)
        network.head.weight[0, 0], network.head.bias[0] = 40.0, -40 * grey(90)
        network.head.weight[1, 0], network.head.bias[1] = -40.0, 40 * grey(-40)
    return Model(network, CLASSES, (spacing,) * 3, WINDOW, (patch,) * 3)


def grey(hu):
    return (hu - WINDOW[0]) / (WINDOW[1] - WINDOW[0])


def patient(id="p1", shape=(30, 28, 26), spacing=2.0):
    """A body at 20 HU that fills the scan, a liver on the right and a spleen on the left."""
    hu = np.full(shape, 20, np.int16)
    masks = {name: np.zeros(shape, bool) for name in CLASSES}
    masks["liver"][16:26, 6:18, 8:20] = True
    masks["spleen"][5:11, 8:16, 10:18] = True
    for name, mask in masks.items():
        hu[mask] = HU[name]
    affine = np.diag([spacing, spacing, spacing, 1.0])
    return Case(id, Volume(hu, affine), LabelMap(masks, affine))
