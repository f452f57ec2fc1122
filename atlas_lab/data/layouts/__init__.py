"""How folders of cases are arranged, and which arrangement a folder has."""

from atlas_lab.data.layouts.base import Found, Layout
from atlas_lab.data.layouts.registry import LAYOUTS, UNFINISHED, choose

__all__ = ["LAYOUTS", "UNFINISHED", "Found", "Layout", "choose"]
