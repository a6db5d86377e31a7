"""Colours: a hue a class, a shade a car, the same in every chart of a session and of every part of it."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from pyracing.session import Session

Colours: TypeAlias = Literal["car", "class", "manufacturer"]

# Okabe and Ito's colours for every kind of colour vision, in an order that keeps neighbours apart.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#8c6d31", "#7f7f7f")
HUES = (255.0, 40.0, 150.0, 345.0, 205.0, 95.0, 120.0, 300.0)  # of the cars, in degrees of OKLCH
SPREAD = {1: 180.0, 2: 70.0, 3: 50.0, 4: 30.0}  # degrees to both sides within a class, by the number of classes
SHADES = ((0.53, 0.150), (0.74, 0.120), (0.63, 0.170))  # lightness and chroma: readable on white and on black

MANUFACTURERS = {
    "acura": "#7a1fa2", "alfaromeo": "#8f1d2c", "alpine": "#2a6fdb", "astonmartin": "#00806a", "audi": "#b3202a",
    "bentley": "#2f6b3c", "bmw": "#3a86d8", "cadillac": "#c79a1b", "chevrolet": "#d9a400", "corvette": "#d9a400",
    "ferrari": "#d40000", "ford": "#1f4fa3", "genesis": "#c8552b", "ginetta": "#5b7f95", "glickenhaus": "#9c3d3d",
    "honda": "#b0132b", "hyundai": "#1b5e9b", "isottafraschini": "#5f6fb3", "lamborghini": "#7aa51e",
    "lexus": "#6d5a8d", "ligier": "#3f7fbf", "lotus": "#4f8a10", "maserati": "#24508c", "mazda": "#8c2b3d",
    "mclaren": "#f07f13", "mercedes": "#00958f", "mercedesamg": "#00958f", "nissan": "#a6304b", "oreca": "#4a78b5",
    "peugeot": "#5a6b3b", "porsche": "#8a7a63", "renault": "#c9a800", "toyota": "#c2185b", "vanwall": "#2f7d5a",
}  # fmt: skip
UNKNOWN = "#808080"


class Car(NamedTuple):
    """A car as the charts know it; `class_name` is empty where the files name no class."""

    number: str
    class_name: str
    manufacturer: str
    team: str
    colour: str


# ---- Order ----


def whole(session: Session) -> Session:
    """The session that lenses were taken from: its classes and cars say which colour is whose."""
    while session._origin is not None:
        session = session._origin[0]
    return session


def number_order(car: str) -> tuple[int, str]:
    """Car numbers as people look for them: 7 before 50, 007 beside 7."""
    digits = re.match(r"\d+", car)
    return (int(digits[0]) if digits else 10**9, car)


def class_order(session: Session) -> list[str]:
    """The classes by their first car in the classification, so that the quickest class of a race comes first."""
    try:
        listed = session.classification()["class"].tolist()
    except ValueError:
        listed = []
    return list(dict.fromkeys(name for name in (*listed, *session.classes) if name))


def class_colours(session: Session) -> dict[str, str]:
    """The colour of each class, in the order of the classes; a class without a name is ''."""
    order = class_order(whole(session))
    return {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(order or [""])}


def cars_of(session: Session, colours: Colours = "car") -> list[Car]:
    """The cars of a session by class, then number, each with its colour."""
    if colours not in ("car", "class", "manufacturer"):
        raise ValueError(f"colours={colours!r}: expected 'car', 'class' or 'manufacturer'")
    every = painted(whole(session), colours)
    present = set(session.cars)
    return [car for car in every if car.number in present]


def painted(session: Session, colours: Colours) -> list[Car]:
    by_class = class_colours(session)
    classes = [*by_class, ""]
    entries = [
        Car(row.car, row.class_ or "", row.manufacturer or "", row.team or "", "")
        for row in session.entries[["car", "class", "manufacturer", "team"]]
    ]
    entries.sort(key=lambda car: (classes.index(car.class_name), number_order(car.number)))
    found = []
    for name in dict.fromkeys(car.class_name for car in entries):
        own = [car for car in entries if car.class_name == name]
        for place, car in enumerate(own):
            if colours == "car":
                colour = car_colour(classes.index(name), len(by_class), place, len(own))
            else:
                colour = by_class.get(name, UNKNOWN) if colours == "class" else manufacturer_colour(car.manufacturer)
            found.append(car._replace(colour=colour))
    return found


# ---- Shades ----


def car_colour(class_place: int, class_count: int, place: int, count: int) -> str:
    """The colour of one of `count` cars of a class: near the class's hue, lightness changing from car to car."""
    spread = SPREAD.get(class_count, 20.0)
    steps = max(1, -(-count // len(SHADES)))
    lightness, chroma = SHADES[place % len(SHADES)]
    share = (place // len(SHADES) + 0.5) / steps * 2 - 1
    return oklch(lightness, chroma, HUES[class_place % len(HUES)] + spread * share)


def manufacturer_colour(name: str) -> str:
    """The colour that a manufacturer is known by; grey where it is not among MANUFACTURERS."""
    return MANUFACTURERS.get(re.sub(r"[^a-z]", "", name.lower()), UNKNOWN)


@lru_cache(maxsize=512)
def oklch(lightness: float, chroma: float, hue: float) -> str:
    """A colour as #rrggbb, with less chroma where the screen has no such colour.

    Björn Ottosson, "A perceptual color space for image processing", 2020.
    """
    while True:
        a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
        long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
        medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
        linear = (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )
        if all(-1e-3 <= part <= 1 + 1e-3 for part in linear) or chroma < 0.01:
            return "#" + "".join(f"{round(255 * gamma(min(max(part, 0.0), 1.0))):02x}" for part in linear)
        chroma -= 0.01


def gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
