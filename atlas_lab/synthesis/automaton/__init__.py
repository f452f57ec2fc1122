"""Tumours grown by a cellular automaton (Lai et al., MICCAI 2024)."""

from atlas_lab.synthesis.automaton.automaton import Automaton

__all__ = ["Automaton"]
