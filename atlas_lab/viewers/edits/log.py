"""What a journal says: the edits in order, and which masks they were made on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import numpy as np

from atlas_lab.data.masks import CroppedMask, bounding_box
from atlas_lab.errors import InputError
from atlas_lab.viewers.edits.edit import Edit
from atlas_lab.viewers.edits.records import pack, unpack
from atlas_lab.viewers.edits.runs import from_bytes, to_bytes

FORMAT = 1


@dataclass
class Log:
    """A journal as read: `end` is where its last whole record ends in bytes, 0 when there is nothing to go on from.

    `header` tells format, case, folder, shape, affine and when it began, `session` who wrote last (process, since when).
    `masks` says of each structure how its mask was known to be: (edits before, fingerprint), the one the edits started
    from first, then one for every save.
    """

    header: dict[str, Any] = field(default_factory=dict)
    session: dict[str, Any] = field(default_factory=dict)
    edits: list[Edit] = field(default_factory=list)
    masks: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    end: int = 0

    @classmethod
    def of(cls, data: bytes, path: object) -> Self:
        """Read what is whole. InputError names `path`: written by a newer release."""
        log = cls()
        for facts, runs, end in unpack(data):
            if not log.header:
                if facts["kind"] != "header":
                    break
                if facts["format"] != FORMAT:
                    raise InputError(
                        f"{path}: edits in format {facts['format']}, which this release cannot read; update atlas_lab"
                    )
            log._add(facts, runs)
            log.end = end
        return log

    def _add(self, facts: dict[str, Any], runs: bytes) -> None:
        kind = facts.pop("kind")
        if kind == "header":
            self.header = facts
        elif kind == "session":
            self.session = facts
        elif kind == "masks":
            for name, found in facts["fingerprints"].items():
                self.masks.setdefault(name, []).append((len(self.edits), found))
        else:
            self.edits.append(Edit(facts["structure"], facts["value"], from_bytes(runs, self.header["shape"]), facts["action"]))

    @property
    def begun(self) -> datetime | None:
        """When the first edit was made, with its time zone; None for an empty journal."""
        return datetime.fromisoformat(self.header["begun"]) if self.header else None

    def pending(self, now: Mapping[str, str]) -> tuple[list[Edit], list[str]]:
        """The edits that are not in the masks, and the structures whose masks are none of those that the edits were made on.

        `now` maps a structure to the fingerprint of its mask. The edits of a structure in `changed` are pending, all.
        """
        done: dict[str, int] = {}
        changed: list[str] = []
        for name, states in self.masks.items():
            found = [before for before, fingerprint in states if fingerprint == now[name]]
            done[name] = found[-1] if found else 0
            if not found:
                changed.append(name)
        pending = [edit for index, edit in enumerate(self.edits) if index >= done[edit.structure]]
        return pending, [name for name in changed if any(edit.structure == name for edit in pending)]


def edit_record(edit: Edit) -> bytes:
    facts = {"kind": "edit", "structure": edit.structure, "value": edit.value, "action": edit.action}
    return pack(facts, to_bytes(edit.runs))


def masks_record(fingerprints: Mapping[str, str]) -> bytes:
    return pack({"kind": "masks", "fingerprints": dict(fingerprints)})


def fingerprint(mask: CroppedMask) -> str:
    """A hash that is the same for the same voxels, whatever box they are kept in."""
    inner = bounding_box(mask.crop)
    where = [(o.start + i.start, i.stop - i.start) for o, i in zip(mask.box, inner, strict=True)] if mask.crop[inner].size else []
    bits = np.packbits(np.ascontiguousarray(mask.crop[inner]).reshape(-1))
    return hashlib.sha256(f"{mask.shape}{where}".encode() + bits.tobytes()).hexdigest()
