"""What the whole numbers in label files are called."""

from dataclasses import dataclass

from atlas_lab import anatomy
from atlas_lab.data.layouts.dataset_json import FILE, read_dataset
from atlas_lab.data.layouts.naming import Naming
from atlas_lab.errors import InputError
from atlas_lab.evaluation.folders.labels import Labels, read_labels
from atlas_lab.evaluation.folders.sources import Side

EVERY_ID = frozenset(range(1, anatomy.MAX_ID + 1))


@dataclass(frozen=True)
class Names:
    """Structure → its ids in flat files (None: the numbers are the names), and who says so.

    `joined`: the other side has masks of its own, in which an organ holds its tumours and a pair is two structures; flat
    files are then read likewise. Where both sides are flat, each label is what it is.
    """

    ids: tuple[tuple[str, tuple[int, ...]], ...] | None
    said_by: str
    joined: bool = False
    known: tuple[int, ...] = ()  # ids that have a name, or that a label set writes for what has no name here
    class_map: str | tuple[tuple[str, int], ...] | None = None  # of combined_labels, where it is said

    @property
    def naming(self) -> Naming:
        """For files read like an atlas's; an id that nobody named is nobody's."""
        return Naming(dict(self.ids or ()), EVERY_ID)

    @property
    def where(self) -> str:
        """What a user changes to name an id."""
        return FILE if self.said_by.endswith(FILE) else "labels"


def names_for(predictions: Side, truth: Side, labels: Labels | None) -> Names:
    """What the ids of flat files mean: `labels` (as `read_labels` takes them), else a dataset.json.

    The file lies in the folder or the one above it; that of the truth comes first, and holds for both sides. InputError:
    flat files on one side and masks with names on the other, and nothing that says which is which; a bad `labels`.
    """
    joined = predictions.flat != truth.flat
    if labels is not None:
        return _given(labels, joined)
    for side in (truth, predictions):
        for folder in (side.root, side.root.parent) if side.flat else ():
            if (folder / FILE).is_file():
                naming = Naming.of_names(read_dataset(folder).labels)
                return Names(tuple(naming.ids.items()), str(folder / FILE), joined, tuple(sorted(naming.known)))
    if joined:
        flat = predictions if predictions.flat else truth
        raise InputError(
            f"{flat.root}: holds label files and nothing says what their numbers mean; give labels={{'liver': 1}} "
            "(--labels 1=liver) or a release (--labels 1.1)"
        )
    return Names(None, "the numbers themselves" if truth.flat else "names of the masks")


def _given(given: Labels, joined: bool) -> Names:
    labels = read_labels(given)
    if isinstance(labels, str):
        naming = Naming.of_class_map(labels)
        release = labels if labels in anatomy.RELEASES else None
        return Names(tuple(naming.ids.items()), f"label set {labels}", joined, tuple(sorted(naming.known)), release)
    ids = tuple((name, (id,)) for name, id in labels.items())
    return Names(ids, "labels as given", joined, tuple(sorted(labels.values())), tuple(labels.items()))
