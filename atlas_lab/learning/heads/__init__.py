"""Heads on a backbone's features: the text-driven one of the Universal Model."""

from atlas_lab.learning.heads.template import TEMPLATE
from atlas_lab.learning.heads.text_driven import TextDriven, Universal

__all__ = ["TEMPLATE", "TextDriven", "Universal"]
