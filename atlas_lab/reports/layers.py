"""Placing the steps of a pipeline: from left to right by the longest way to them, up and down so that arrows cross little."""

import graphlib
import itertools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from atlas_lab.errors import InputError


class Bend(NamedTuple):
    """Where the arrows that leave `source` pass through a layer on their way to a later one."""

    source: str
    layer: int


Node = str | Bend


@dataclass(frozen=True)
class Layout:
    """`layers` hold, top to bottom, steps and bends; `links` join nodes of neighbouring layers."""

    layers: list[list[Node]]
    links: list[tuple[Node, Node]]


def layout(needs: Mapping[str, Collection[str]]) -> Layout:
    """Place the steps that `needs` maps to the steps they need; an arrow that a longer way stands for is left out.

    Names that are not steps are ignored. InputError: steps need each other in a circle.
    """
    direct = _without_shortcuts({step: [n for n in dict.fromkeys(of) if n in needs] for step, of in needs.items()})
    depth: dict[str, int] = {}
    for step in _in_order(direct):
        depth[step] = max((depth[need] + 1 for need in direct[step]), default=0)
    layers: list[list[Node]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    links: dict[tuple[Node, Node], None] = {}
    for step in needs:
        layers[depth[step]].append(step)
        for need in direct[step]:
            bends = [Bend(need, layer) for layer in range(depth[need] + 1, depth[step])]
            for bend in bends:
                if bend not in layers[bend.layer]:
                    layers[bend.layer].append(bend)
            way: list[Node] = [need, *bends, step]
            links.update(dict.fromkeys(itertools.pairwise(way)))
    return Layout(_untangled(layers, list(links)), list(links))


def _in_order(needs: Mapping[str, Collection[str]]) -> list[str]:
    try:
        return list(graphlib.TopologicalSorter(needs).static_order())
    except graphlib.CycleError as error:
        raise InputError(f"steps need each other in a circle: {' needs '.join(reversed(error.args[1]))}") from None


def _without_shortcuts(needs: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """The needs that are not needs of another need already."""
    before: dict[str, set[str]] = {}
    for step in _in_order(needs):
        before[step] = set(needs[step]).union(*(before[need] for need in needs[step]))
    return {step: [need for need in of if not any(need in before[other] for other in of)] for step, of in needs.items()}


def _untangled(layers: list[list[Node]], links: list[tuple[Node, Node]]) -> list[list[Node]]:
    """The same layers, each node moved towards the middle of those it is linked to: forth, back and forth again."""
    earlier: dict[Node, list[Node]] = {}
    later: dict[Node, list[Node]] = {}
    for left, right in links:
        earlier.setdefault(right, []).append(left)
        later.setdefault(left, []).append(right)
    layers = [list(layer) for layer in layers]
    for neighbours, order in [(earlier, 1), (later, -1), (earlier, 1)]:
        height = {node: index - len(layer) / 2 for layer in layers for index, node in enumerate(layer)}
        for layer in layers[::order]:
            middle = {n: _mean([height[m] for m in neighbours[n]]) if n in neighbours else height[n] for n in layer}
            layer.sort(key=middle.__getitem__)
            height.update({node: index - len(layer) / 2 for index, node in enumerate(layer)})
    return layers


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
