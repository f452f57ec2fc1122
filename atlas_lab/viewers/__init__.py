"""Widgets to look at cases with and to paint on them; each stores a PNG beside itself."""

from atlas_lab.viewers.boxes import Box
from atlas_lab.viewers.explorer import SliceExplorer
from atlas_lab.viewers.itk import ItkViewer, itk_available
from atlas_lab.viewers.playground import playground
from atlas_lab.viewers.training import TrainingViewer, training
from atlas_lab.viewers.view import view
from atlas_lab.viewers.viewer import Click, VolumeViewer

__all__ = [
    "Box",
    "Click",
    "ItkViewer",
    "SliceExplorer",
    "TrainingViewer",
    "VolumeViewer",
    "itk_available",
    "playground",
    "training",
    "view",
]
