"""One patient's lesions and mimics: what grows where, and how it looks."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from atlas_lab.data.phantom.lesions.handcrafted import DRAWS, handcrafted_look
from atlas_lab.data.phantom.lesions.kinds import BY_TYPE, LESIONS, MIMICS, LesionKind
from atlas_lab.data.phantom.lesions.knobs import Knobs
from atlas_lab.data.phantom.lesions.look import LesionFill, Look
from atlas_lab.data.phantom.lesions.looks import early_look, form_of, real_look
from atlas_lab.data.phantom.lesions.sites import Sites
from atlas_lab.data.phantom.lesions.statistics import drawn_diameter
from atlas_lab.data.phantom.part import Drawn
from atlas_lab.data.phantom.shapes import Shape, Tube, Union, Vector
from atlas_lab.data.phantom.tissue import Range
from atlas_lab.errors import InputError, nearest

Stream = Callable[[str], np.random.Generator]
DUCT = "dilated_duct"
ATTEMPTS = 32  # sites tried before a lesion is left out


@dataclass(frozen=True)
class Lesion:
    """One lesion or mimic of one patient; `diameter_mm` is that of the sphere of the same volume, `center` canonical mm."""

    kind: str
    label: str | None
    organ: str
    shape: Shape
    fill: LesionFill
    center: Vector
    diameter_mm: float

    @property
    def contrast(self) -> float:
        return self.fill.look.contrast


@dataclass(frozen=True)
class Order:
    """Lesions a patient is to have whatever the chances: `count` of one `type`.

    Diameters are even over `diameter_mm`, or, where that is None, as those of expert masks are.

    InputError: an unknown type, a count below 1, diameters the type does not grow to.
    """

    type: str
    count: int = 1
    diameter_mm: Range | None = None

    def __post_init__(self) -> None:
        kind = BY_TYPE.get(str(self.type))
        if kind is None or kind.label is None:
            known = [k.name for k in LESIONS]
            raise InputError(f"no lesion type {self.type!r}: {nearest(str(self.type), known)}there are {', '.join(known)}")
        if not isinstance(self.count, Integral) or isinstance(self.count, bool) or self.count < 1:
            raise InputError(f"{self.type}: count={self.count!r}: must be a whole number, 1 or more")
        low, high = kind.diameter_mm
        asked = self.diameter_mm
        if asked is not None and not _is_range(asked, low, high):
            raise InputError(f"{self.type}: diameter_mm={asked!r}: give the least and the most, between {low:g} and {high:g} mm")


def orders_of(lesions: Sequence[Order | str] | None) -> tuple[Order, ...] | None:
    """What a user asks for, as orders; None leaves lesions to chance. InputError: one name in place of a list."""
    if lesions is not None and (isinstance(lesions, str) or not isinstance(lesions, Sequence)):
        raise InputError(f"lesions={lesions!r}: give a list of types ([] for none), or None for lesions by chance")
    return None if lesions is None else tuple(order if isinstance(order, Order) else Order(order) for order in lesions)


class Patient:
    """Draws the lesions of one patient, whose `parts` stand in order of precedence."""

    def __init__(self, parts: Sequence[Drawn], phase: str, knobs: Knobs, stream: Stream, body: Callable[..., Any]) -> None:
        self.parts = {part.name: part for part in parts}
        self.order = list(parts)
        self.phase, self.knobs, self.stream, self.body = phase, knobs, stream, body
        self.sites: dict[str, Sites] = {}
        self.drawn: list[Lesion] = []
        self.no_room: list[str] = []

    def grow(self, orders: Sequence[Order] | None, age: int) -> list[Lesion]:
        """Lesions by chance (`orders` is None) or as ordered, and mimics by chance, the old having more plaques."""
        for kind in (*LESIONS, *MIMICS):
            for number, (size, even) in enumerate(self._wanted(kind, orders, age)):
                self._add(kind, size, self.stream(f"{kind.name} {number}"), even=even)
        return self.drawn

    def _wanted(self, kind: LesionKind, orders: Sequence[Order] | None, age: int) -> list[tuple[Range, bool]]:
        """For each lesion of a kind its range of diameters, and whether they are even over it."""
        if orders is not None and kind.label is not None:
            mine = [order for order in orders if order.type == kind.name for _ in range(order.count)]
            return [(order.diameter_mm or kind.diameter_mm, order.diameter_mm is not None) for order in mine]
        rng = self.stream(f"how many {kind.name}")
        ill, count = rng.random() < kind.chance * _of_age(kind, age), int(rng.integers(kind.count[0], kind.count[1] + 1))
        return [(kind.diameter_mm, False)] * count if ill else []

    def _add(self, kind: LesionKind, size: Range, rng: np.random.Generator, *, even: bool) -> None:
        hosts = [name for name in kind.organs if name in self.parts]
        pick, u = rng.random(), rng.random(ATTEMPTS)
        if not hosts:
            return
        organ = hosts[int(pick * len(hosts))]
        if kind.site == "jejunum":
            self._unopacified_loop(kind, self.parts[organ], rng)
            return
        low, high = size
        diameter = low + u[0] * (high - low) if even else drawn_diameter(rng, low, high)
        fill, shape_of = self._look(kind, organ, diameter, rng)
        sites = self._sites(organ)
        weights = self._weights(kind, sites, diameter / 2)
        for share in u:
            center = sites.chosen(float(share), diameter / 2, kind.sink, weights)
            if center is None:
                break
            lesion = Lesion(kind.name, kind.label, organ, shape_of(center), fill, center, diameter)
            if not any(_touch(lesion, other) for other in self.drawn):
                self.drawn.append(lesion)
                if kind.duct and rng.random() < kind.duct:
                    self._dilate_duct(lesion, rng)
                return
        if kind.label:
            self.no_room.append(kind.name)

    def _look(
        self, kind: LesionKind, organ: str, diameter: float, rng: np.random.Generator
    ) -> tuple[LesionFill, Callable[[Vector], Shape]]:
        tissue = self.parts[organ].fill
        organ_hu = tissue.average
        look: Look = real_look(kind, organ_hu, self.phase, rng)
        draws, common = rng.random(DRAWS), early_look(organ_hu, rng)
        if kind.synthetic_twin:
            host = str(kind.label).removesuffix("_tumor")
            look = handcrafted_look(host, diameter, self.phase, draws).towards(look, self.knobs.real_gap)
            look = look.towards(common, self.knobs.organ_similarity(diameter))
        shape = form_of(look, diameter, rng)
        return LesionFill(organ_hu, look, diameter / 2, kind.clumped, tissue.texture, tissue.grain), shape

    def _weights(self, kind: LesionKind, sites: Sites, radius: float) -> np.ndarray:
        if not len(sites.points):
            return np.zeros(0)
        real = sites.weights(kind.site, radius)
        if not kind.synthetic_twin:
            return real
        made, gap = sites.weights_of_a_synthesiser(radius), self.knobs.real_gap
        return np.asarray(gap * real / real.sum() + (1 - gap) * made / made.sum())

    def _sites(self, organ: str) -> Sites:
        if organ not in self.sites:
            part = self.parts[organ]
            before = self.order[: self.order.index(part)]
            vessels = [other for other in self.order if other.row.within == organ]
            self.sites[organ] = Sites.within(part, before, vessels, self.body, self.stream(f"sites {organ}"))
        return self.sites[organ]

    def _dilate_duct(self, tumor: Lesion, rng: np.random.Generator) -> None:
        """Fluid in the pancreas from a tumour to the tail (the tail has the smaller x)."""
        spine = _tube_of(self.parts["pancreas"].shape)
        way = [p for p in spine.points if p[0] < tumor.center[0] - 0.4 * tumor.diameter_mm]
        width = float(rng.uniform(1.4, 2.8))
        if len(way) >= 2:
            duct = Tube(tuple(way), (width,) * len(way))
            fluid = Look(float(rng.uniform(4, 18)), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0)
            self.drawn.append(Lesion(DUCT, None, "pancreas", duct, LesionFill(0.0, fluid, width), way[0], 2 * width))

    def _unopacified_loop(self, kind: LesionKind, bowel: Drawn, rng: np.random.Generator) -> None:
        """A loop of jejunum beside the pancreas' tail that neither gas nor fluid fills."""
        tube = _tube_of(bowel.shape)
        first = int(rng.integers(0, 5))
        piece = Tube(tube.points[first : first + 3], tube.radii[first : first + 3], bulges=tube.bulges)
        look = real_look(kind, 0.0, self.phase, rng)
        radius = float(np.mean(piece.radii))
        self.drawn.append(Lesion(kind.name, None, bowel.name, piece, LesionFill(0.0, look, radius), piece.points[1], 2 * radius))


def _is_range(value: object, low: float, high: float) -> bool:
    if not isinstance(value, Sequence) or len(value) != 2 or not all(isinstance(v, Real) for v in value):
        return False
    return bool(low <= value[0] <= value[1] <= high)


def _tube_of(shape: Shape) -> Tube:
    while isinstance(shape, Union):
        shape = shape.parts[0]
    if not isinstance(shape, Tube):
        raise TypeError(f"{type(shape).__name__} has no middle line")
    return shape


def _of_age(kind: LesionKind, age: int) -> float:
    """How much more (or less) frequent a kind is at an age: plaques come with the years."""
    return float(np.clip((age - 40) / 20, 0, 2)) if kind.name == "aortic_plaque" else 1.0


def _touch(lesion: Lesion, other: Lesion) -> bool:
    """Whether two lesions of an organ come within 4 mm, by how far each reaches from its centre."""
    if lesion.organ != other.organ or other.kind == DUCT:
        return False
    return math.dist(lesion.center, other.center) < _farthest(lesion) + _farthest(other) + 4


def _farthest(lesion: Lesion) -> float:
    low, high = lesion.shape.box()
    return float(np.max(high - low)) / 2
