"""What an earlier session left behind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from atlas_lab.viewers.edits.edit import Edit
from atlas_lab.viewers.edits.log import Log


@dataclass(frozen=True)
class Offer:
    """Edits that are in no saved mask: since when, of which structures, and whose mask has `changed` since they began."""

    begun: datetime
    structures: tuple[str, ...]
    changed: tuple[str, ...]
    edits: tuple[Edit, ...] = field(repr=False)

    @classmethod
    def of(cls, log: Log, fingerprint: Callable[[str], str]) -> "Offer | None":
        """What a journal offers for the masks as they are now (`fingerprint` of a structure's); None: nothing."""
        pending, changed = log.pending({name: fingerprint(name) for name in log.masks})
        if log.begun is None or not pending:
            return None
        return cls(log.begun, tuple(dict.fromkeys(edit.structure for edit in pending)), tuple(changed), tuple(pending))

    @property
    def count(self) -> int:
        """How many edits, undos and redos counted as such."""
        return len(self.edits)

    @property
    def same(self) -> bool:
        """Whether the masks are still those that the edits began from."""
        return not self.changed
