"""The clustering of DeepCluster: features whitened, k-means without empty clusters, a sample uniform over clusters."""

import torch
from torch.nn import functional

_ROUNDS = 20
_LEAST_VARIANCE = 1e-6  # of the largest: directions below it are rounding errors, which whitening would blow up


def whitened(features: torch.Tensor, components: int) -> torch.Tensor:
    """Features (n, C) → (n, at most `components`): principal components, each of variance 1, then each row of length 1."""
    centred = features.double() - features.double().mean(0)
    variance, axes = torch.linalg.eigh(centred.T @ centred / len(features))
    kept = variance > _LEAST_VARIANCE * variance[-1]
    kept[:-components] = False
    scores = centred @ axes[:, kept] / variance[kept].sqrt()
    return functional.normalize(scores).float()


def k_means(points: torch.Tensor, clusters: int, generator: torch.Generator) -> torch.Tensor:
    """The cluster of each of the points (n, d), int64 (n,); none is empty. At least as many points as clusters.

    Lloyd's rounds from `clusters` random points. A cluster that loses all its points takes the one farthest from its own
    centre, of those that have company.
    """
    centres = points[torch.randperm(len(points), generator=generator, device=points.device)[:clusters]]
    labels = _assign(points, centres)
    for _ in range(_ROUNDS):
        members = functional.one_hot(labels, clusters).to(points.dtype)
        moved = _assign(points, (members.T @ points) / members.sum(0)[:, None])
        if torch.equal(moved, labels):
            break
        labels = moved
    return labels


def _assign(points: torch.Tensor, centres: torch.Tensor) -> torch.Tensor:
    distance, labels = torch.cdist(points, centres).min(1)
    counts = labels.bincount(minlength=len(centres))
    for empty in (counts == 0).nonzero().flatten().tolist():
        farthest = int(distance.masked_fill(counts[labels] < 2, -1).argmax())
        counts[labels[farthest]] -= 1
        labels[farthest], distance[farthest], counts[empty] = empty, 0, 1
    return labels


def uniform_order(labels: torch.Tensor, clusters: int, generator: torch.Generator) -> torch.Tensor:
    """As many indices of points as there are, each cluster as often as any other (to one), in random order.

    A small cluster's points come again, in turn; a large one's do not all come.
    """
    count = len(labels)
    shuffled = torch.randperm(count, generator=generator, device=labels.device)
    grouped = shuffled[labels[shuffled].argsort(stable=True)]
    sizes = labels.bincount(minlength=clusters)
    begins = sizes.cumsum(0) - sizes
    draw = torch.arange(count, device=labels.device)
    cluster, turn = draw % clusters, draw // clusters
    picked = grouped[begins[cluster] + turn % sizes[cluster]]
    return picked[torch.randperm(count, generator=generator, device=labels.device)]
