"""Procedural abdominal CT patients with exact masks: the atlas that comes with the toolkit."""

from atlas_lab.data.phantom.card import card
from atlas_lab.data.phantom.hospitals import HOSPITALS
from atlas_lab.data.phantom.lesions import LESIONS, MIMICS, Order, OrganSimilarity
from atlas_lab.data.phantom.patient import PhantomPatient, patient
from atlas_lab.data.phantom.recipe import Recipe
from atlas_lab.data.phantom.write import write_cases

__all__ = [
    "HOSPITALS",
    "LESIONS",
    "MIMICS",
    "Order",
    "OrganSimilarity",
    "PhantomPatient",
    "Recipe",
    "card",
    "patient",
    "write_cases",
]
