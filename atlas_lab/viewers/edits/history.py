"""What can be undone and redone."""

from collections.abc import Iterable

from atlas_lab.viewers.edits.edit import Edit


class History:
    """The edits that stand (`done`) and those taken back (`undone`), oldest first."""

    def __init__(self, edits: Iterable[Edit] = ()) -> None:
        """`edits` as a journal holds them: an undo or redo among them moves the edit it belongs to."""
        self.done: list[Edit] = []
        self.undone: list[Edit] = []
        for edit in edits:
            if edit.action == "undo" and self.done and edit.takes_back(self.done[-1]):
                self.undone.append(self.done.pop())
            elif edit.action == "redo" and self.undone and edit.repeats(self.undone[-1]):
                self.done.append(self.undone.pop())
            else:  # one that belongs to an edit from before the journal is an edit of its own
                self.add(edit)

    def add(self, edit: Edit) -> None:
        """A new edit: what was undone before it cannot be redone any more."""
        self.done.append(edit)
        self.undone.clear()
