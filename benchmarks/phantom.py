"""How long one phantom patient of the default grid takes on one core.

No library makes such patients, so there is no peer; the agreement is that the same seed gives the same bytes.
"""

import os
import statistics
from functools import partial

# one core: set before numpy is imported, or its libraries start a thread for each core
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

from atlas_lab.data.phantom import patient  # noqa: E402
from benchmarks.measure import report, seconds  # noqa: E402

RUNS = 5


def reproducible() -> bool:
    """Whether the same seed gave the same CT and masks, byte for byte."""
    first, again = patient(0), patient(0)
    masks = all(first.masks[name].tobytes() == again.masks[name].tobytes() for name in first.masks)
    return masks and first.ct.tobytes() == again.ct.tobytes()


def main() -> None:
    agreement = reproducible()
    ours = statistics.median(seconds(partial(patient, index)) for index in range(RUNS))
    report("phantom.patient", ours, None, unit="s", peer_version=None, agreement=agreement)


if __name__ == "__main__":
    main()
