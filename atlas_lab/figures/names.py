"""How structures are called and ordered in captions, legends and axes."""

from atlas_lab import anatomy


def display(name: str) -> str:
    """A structure's name as people write it: `left kidney`."""
    return anatomy.BY_NAME[name].display if name in anatomy.BY_NAME else name.replace("_", " ")


def rank(name: str) -> int:
    """A structure's place in the order of the table; names outside it come last."""
    return anatomy.BY_NAME[name].id if name in anatomy.BY_NAME else anatomy.MAX_ID
