"""What a method of synthesis is."""

from typing import Any, ClassVar, Protocol

import numpy as np

from atlas_lab.synthesis.tissue import Growth, Site, Tissue


class Method(Protocol):
    """A frozen dataclass whose fields are the method's settings, plain values all of them.

    `name` is what `synthesize` takes, `source` the paper and its year. Two calls with the same tissue, site and generator
    state return the same bytes, in any process and on any machine of this kind.
    """

    name: ClassVar[str]
    source: ClassVar[str]

    def grow(self, tissue: Tissue, site: Site, rng: np.random.Generator) -> Growth:
        """One tumour of the site's diameter at its centre; nothing is written into the tissue.

        InputError: the tissue gives it no room, or a setting does not suit it.
        """
        ...

    def settings(self) -> dict[str, Any]:
        """The fields, in plain values: `Method(**settings)` is the method again."""
        ...
