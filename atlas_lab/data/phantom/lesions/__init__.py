"""Lesions of the phantom, the mimics that are none, and the knobs that say how real and how alike they are."""

from atlas_lab.data.phantom.lesions.draw import Lesion, Order, Patient, orders_of
from atlas_lab.data.phantom.lesions.kinds import BY_TYPE, LABELS, LESIONS, MIMICS
from atlas_lab.data.phantom.lesions.knobs import Knobs, OrganSimilarity

__all__ = ["BY_TYPE", "LABELS", "LESIONS", "MIMICS", "Knobs", "Lesion", "Order", "OrganSimilarity", "Patient", "orders_of"]
