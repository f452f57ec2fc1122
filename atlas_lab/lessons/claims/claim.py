"""One claim, as it was published."""

from dataclasses import dataclass

PARTS = ("atlas", "annotation", "synthesis", "readers", "training", "benchmark")  # in the talk's order
UNREAD = "its tables were not read"
FROM_MEMORY = "from memory, unverified"


@dataclass(frozen=True)
class Claim:
    """A claim of the talk, or of a paper it stands on, with the number a run of one's own is set beside.

    `published` has the numbers as printed, with n and confidence intervals where they are; `value` is the one among them
    that a metric recorded with `claim=id` answers, in `unit`, or None where there is no single one. `note` is what to know
    before repeating the number; a number from memory is never a `value`.
    """

    id: str
    part: str
    claim: str
    published: str
    value: float | None
    unit: str
    method: str
    source: str
    notebook: str
    note: str = ""
