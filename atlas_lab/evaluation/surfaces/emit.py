"""The surface elements of all labels of a map, in one pass over its rows."""

import numba
import numpy as np

_FIRST = 1 << 16  # elements that there is room for before the lists grow


@numba.njit(cache=True, nogil=True)
def corner_surfels(labels: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The voxel corners at which the 2 x 2 x 2 voxels around differ, once for each label that is there.

    `labels` is a C-ordered array of unsigned integers (i, j, k), `wanted` one bool a label; outside is background.
    Returns owner (the label), code (bit 7 is the first voxel of the eight, in C order) and node (the flat index in the
    grid of corners, one larger than the map on every axis), in C order.
    """
    ni, nj, nk = labels.shape
    rows = np.zeros((4, nk + 2), labels.dtype)
    mixed = np.zeros((nk + 8) // 8 * 8, np.uint8)
    eights = mixed.view(np.uint64)
    owners, codes, nodes = np.empty(_FIRST, labels.dtype), np.empty(_FIRST, np.uint8), np.empty(_FIRST, np.int64)
    around = np.empty(8, labels.dtype)
    count = 0
    for i in range(ni + 1):
        left = 0
        rows[:] = 0
        for j in range(nj + 1):
            # rows (i-1, j-1), (i-1, j), (i, j-1), (i, j); the older two are where the newer two were
            new = 1 - left
            _fill(rows[new], labels, i - 1, j)
            _fill(rows[2 + new], labels, i, j)
            a, b, c, d = rows[left], rows[new], rows[2 + left], rows[2 + new]
            left = new
            for k in range(nk + 1):
                v = a[k]
                mixed[k] = (
                    (v != a[k + 1]) | (v != b[k]) | (v != b[k + 1]) | (v != c[k]) | (v != c[k + 1]) | (v != d[k])
                    | (v != d[k + 1])
                )  # fmt: skip
            row = (i * (nj + 1) + j) * (nk + 1)
            for eight in range(eights.size):
                if eights[eight] == 0:
                    continue
                for k in range(8 * eight, min(8 * eight + 8, nk + 1)):
                    if not mixed[k]:
                        continue
                    around[0], around[1], around[2], around[3] = a[k], a[k + 1], b[k], b[k + 1]
                    around[4], around[5], around[6], around[7] = c[k], c[k + 1], d[k], d[k + 1]
                    if count + 8 > owners.size:
                        owners, codes, nodes = _longer(owners), _longer(codes), _longer(nodes)
                    todo = 255
                    while todo:
                        first = 0
                        while not todo & 128 >> first:
                            first += 1
                        label = around[first]
                        code = (
                            (around[0] == label) << 7 | (around[1] == label) << 6 | (around[2] == label) << 5
                            | (around[3] == label) << 4 | (around[4] == label) << 3 | (around[5] == label) << 2
                            | (around[6] == label) << 1 | (around[7] == label)
                        )  # fmt: skip
                        todo &= ~code
                        if label and wanted[label]:
                            owners[count], codes[count], nodes[count] = label, code, row + k
                            count += 1
    return owners[:count], codes[:count], nodes[:count]


@numba.njit(cache=True, nogil=True)
def edge_voxels(labels: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The voxels of a label with one of the six neighbours outside of it; arguments and results as `corner_surfels`.

    Every code is 255; a voxel's node is that of its first corner.
    """
    ni, nj, nk = labels.shape
    rows = np.zeros((5, nk + 2), labels.dtype)
    owners, nodes = np.empty(_FIRST, labels.dtype), np.empty(_FIRST, np.int64)
    count = 0
    for i in range(ni):
        for j in range(nj):
            _fill(rows[0], labels, i, j)
            _fill(rows[1], labels, i - 1, j)
            _fill(rows[2], labels, i + 1, j)
            _fill(rows[3], labels, i, j - 1)
            _fill(rows[4], labels, i, j + 1)
            here, a, b, c, d = rows[0], rows[1], rows[2], rows[3], rows[4]
            row = (i * (nj + 1) + j) * (nk + 1)
            if count + nk > owners.size:
                owners, nodes = _longer(owners), _longer(nodes)
            for k in range(1, nk + 1):
                v = here[k]
                if v == 0 or not wanted[v]:
                    continue
                if v != here[k - 1] or v != here[k + 1] or v != a[k] or v != b[k] or v != c[k] or v != d[k]:
                    owners[count], nodes[count] = v, row + k - 1
                    count += 1
    return owners[:count], np.full(count, 255, np.uint8), nodes[:count]


@numba.njit(cache=True, nogil=True)
def _fill(row: np.ndarray, labels: np.ndarray, i: int, j: int) -> None:
    """One row of the map, with a background voxel before and behind it; all background beside the map."""
    if 0 <= i < labels.shape[0] and 0 <= j < labels.shape[1]:
        for k in range(labels.shape[2]):
            row[k + 1] = labels[i, j, k]
    else:
        row[1:-1] = 0


@numba.njit(cache=True, nogil=True)
def _longer(values: np.ndarray) -> np.ndarray:
    grown = np.empty(2 * values.size, values.dtype)
    grown[: values.size] = values
    return grown


@numba.njit(cache=True, nogil=True)
def by_owner(
    owners: np.ndarray, codes: np.ndarray, nodes: np.ndarray, shape: np.ndarray, labels: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The elements sorted by label, C order kept: first element of each label (labels + 1), codes, grid indices (n, 3).

    `shape` is the map's, one smaller than the grid of corners on every axis; labels are below `labels`.
    """
    starts = np.zeros(labels + 1, np.int64)
    for owner in owners:
        starts[np.int64(owner) + 1] += 1
    for label in range(labels):
        starts[label + 1] += starts[label]
    place = starts[:-1].copy()
    sorted_codes, places = np.empty(codes.size, np.uint8), np.empty((nodes.size, 3), np.int64)
    rows_j, rows_k = shape[1] + 1, shape[2] + 1
    for n in range(nodes.size):
        at = place[owners[n]]
        place[owners[n]] += 1
        row = nodes[n] // rows_k
        sorted_codes[at] = codes[n]
        places[at, 0], places[at, 1], places[at, 2] = row // rows_j, row % rows_j, nodes[n] - row * rows_k
    return starts, sorted_codes, places
