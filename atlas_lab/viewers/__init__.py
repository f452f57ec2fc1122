"""Widgets to look at cases with; each stores a PNG beside itself."""

from atlas_lab.viewers.explorer import SliceExplorer, view

__all__ = ["SliceExplorer", "view"]
