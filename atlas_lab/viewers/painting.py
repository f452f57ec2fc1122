"""Painting in a viewer: what a page asks of the editor, and what every page is told."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from atlas_lab.data.case import Case
from atlas_lab.data.label_map import LabelMap
from atlas_lab.data.volume import Volume
from atlas_lab.errors import InputError
from atlas_lab.figures.planes import PLANES
from atlas_lab.viewers.describe import Parts
from atlas_lab.viewers.edits import Edit, Editor, Journal
from atlas_lab.viewers.edits.runs import from_bytes, indices_of, runs_at, to_bytes
from atlas_lab.viewers.picture import hounsfield

GROW_MM = 60.0  # how far a region grows from its seed
GROW_HU = 25.0  # and how far from the seed's HU, where no range is chosen

Tell = Callable[[dict[str, Any], Parts], None]


class Painting:
    """The editing session behind a viewer.

    Every change goes through the editor, which writes it to its journal first; then all pages are told, so that several
    pages on one kernel show the same.
    """

    def __init__(self, image: Case | Volume, edit: str | Iterable[str], tell: Tell) -> None:
        """`edit` names the structures that can be painted on. InputError: not a case, an unknown structure."""
        if not isinstance(image, Case):
            raise InputError("edit= needs a Case, whose labels it changes; make one with al.Case(id, volume, labels)")
        if not isinstance(edit, str) and not (isinstance(edit, Iterable) and all(isinstance(name, str) for name in edit)):
            raise InputError(f"edit={edit!r}: give a structure's name, or several")
        self._case = image
        self.editor = Editor(image, edit)
        self._tell_pages = tell
        if Journal.is_edited_here(image) and self.editor.offer is not None:
            self.editor.restore(anyway=True)  # the cell was run again: go on with what it had

    @property
    def editable(self) -> Sequence[str]:
        """The structures that can be painted on."""
        return self.editor.editable

    @property
    def labels(self) -> LabelMap:
        """Every structure as it is now."""
        return self.editor.labels

    @property
    def listed(self) -> LabelMap:
        """Those, and the ones that can be painted although nobody has annotated them yet."""
        labels = self.labels
        for name in self.editable:
            if name not in labels:
                labels[name] = np.zeros(labels.shape, dtype=bool)
        return labels

    def state(self) -> dict[str, Any]:
        """What the page's buttons need to know."""
        elsewhere = self.editor.elsewhere
        offer = None if elsewhere else self.editor.offer
        return {
            "elsewhere": elsewhere,
            "editable": list(self.editable),
            "undo": self.editor.can_undo,
            "redo": self.editor.can_redo,
            "unsaved": self.editor.unsaved,
            "offer": offer and {
                "edits": offer.count, "begun": f"{offer.begun:%Y-%m-%d %H:%M}", "structures": list(offer.structures),
                "same": offer.same,
            },
        }  # fmt: skip

    def lock(self, names: Iterable[str]) -> None:
        """Keep these structures as they are, and strokes out of them."""
        self.editor.locked = set(names)

    def paint(self, structure: str, runs: np.ndarray, value: bool, *, hu: Any = None, by: str | None = None) -> Edit:
        """Set runs of voxels (see `edits.runs`) of a structure; returns what really changed."""
        done = self.editor.paint(structure, runs, value, hu=None if hu is None else (hu[0], hu[1]))
        self._tell(done, by)
        return done

    def undo(self) -> None:
        """Take back the last edit."""
        self._tell(self.editor.undo())

    def redo(self) -> None:
        """Do again what was undone last."""
        self._tell(self.editor.redo())

    def fill(self, structure: str, plane: str, index: int) -> None:
        """Close the holes of one slice."""
        self._tell(self.editor.fill(structure, plane, index))

    def interpolate(self, structure: str, plane: str) -> None:
        """Fill in between the painted slices of a plane."""
        self._tell(self.editor.interpolate(structure, plane))

    def grow(self, structure: str, seed: tuple[int, int, int], hu: Any = None) -> None:
        """Add what is connected to a voxel (x, y, z) within a range of HU (default: 25 about the seed's), at most 60 mm away."""
        here = hounsfield(self._case.ct, seed)
        low, high = hu if hu is not None else (here - GROW_HU, here + GROW_HU)
        self._tell(self.editor.grow(structure, seed, (low, high), GROW_MM))

    def save(self) -> Path | None:
        """Write what was painted into the case and, if it has a folder, to disk."""
        path = self.editor.save()
        self._tell(None)
        where = f"to {path}" if path else "into the case, in memory: case.save(folder) puts it on disk"
        self._tell_pages({"say": "notice", "words": f"Saved {where}"}, [])
        return path

    def restore(self) -> None:
        """Bring back the strokes of an earlier session, also where the masks they began from have changed since."""
        self.editor.restore(anyway=True)
        self._tell_pages({"say": "reload"}, [])

    def discard(self) -> None:
        """Forget the strokes of an earlier session, or all that is unsaved of this one."""
        self.editor.discard()
        self._tell_pages({"say": "reload"}, [])

    def close(self) -> None:
        """End the session; what is not saved stays in the journal."""
        self.editor.close()

    def answer(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> tuple[dict[str, Any], Parts]:
        """Do what a page asks. InputError: it cannot be done, in the user's words."""
        ask, structure = content["ask"], content.get("structure") or self.editable[0]
        if ask == "edit":
            sent = from_bytes(buffers[0], self._case.ct.shape)
            done = self.paint(structure, sent, bool(content["value"]), hu=content.get("hu"), by=content.get("page"))
            refused = np.setdiff1d(indices_of(sent), indices_of(done.runs), assume_unique=True)
            return {"accepted": done.voxels}, [("refused", to_bytes(runs_at(refused)))]
        if ask == "fill":
            self.fill(structure, _plane(content), int(content["index"]))
        elif ask == "interpolate":
            self.interpolate(structure, _plane(content))
        elif ask == "grow":
            x, y, z = (int(v) for v in content["seed"])
            self.grow(structure, (x, y, z), content.get("hu"))
        elif ask in ("undo", "redo", "save", "restore", "discard"):
            getattr(self, ask)()
        else:
            raise InputError(f"a page asked for {ask!r}, which this version does not know; reload the page")
        return {}, []

    def _tell(self, edit: Edit | None, by: str | None = None) -> None:
        if edit is None or not len(edit.runs):
            self._tell_pages({"say": "state"}, [])
            return
        labels = self.listed
        message = {
            "say": "edit", "structure": edit.structure, "value": edit.value, "action": edit.action, "by": by,
            "voxels": edit.voxels, "count": labels.cropped(edit.structure).voxels, "ml": labels.volume_ml(edit.structure),
        }  # fmt: skip
        self._tell_pages(message, [("runs", to_bytes(edit.runs))])


def _plane(content: dict[str, Any]) -> str:
    if content.get("plane") not in PLANES:
        raise InputError(f"{content.get('plane')!r} is not a plane; choose from {', '.join(PLANES)}")
    return str(content["plane"])
