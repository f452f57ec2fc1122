"""Painting on label maps, without any widget: edits, the journal that keeps them, undo and redo, saving."""

from atlas_lab.viewers.edits.edit import Edit
from atlas_lab.viewers.edits.editor import Editor
from atlas_lab.viewers.edits.journal import Journal
from atlas_lab.viewers.edits.offer import Offer

__all__ = ["Edit", "Editor", "Journal", "Offer"]
