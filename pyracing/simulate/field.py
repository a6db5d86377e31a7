"""Who races: classes of cars, and entries with crews, all invented."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from pyracing.frames import nearest
from pyracing.simulate.stream import Stream
from pyracing.simulate.truth import Driver, Entry

Faster: TypeAlias = Mapping[str | tuple[str, int], float]


@dataclass(frozen=True)
class RaceClass:
    """What the cars of one class are like. Times in seconds.

    `lap_time`: a lap of the class's average car and Platinum driver in clear air, on new tyres and a full tank.
    `spread`: the standard deviation of that between cars. `ratings`: the crew in order of driver number. `stint_laps`:
    laps on a tank. `tyre_wear`: lost with each lap on a set of tyres, `fuel_effect`: gained with each lap's fuel burnt,
    so that a stint slows by their difference. `tyre_stints`: stints on a set; `driver_stints`: stints a driver does in
    a row. `traffic_cost`: lost in a sector for each car of another class met there. `refuel_time` of an empty tank,
    `tyre_time` after it, and `driver_change_time` beside both. `numbers`: car numbers of the first entries; more are
    made up.
    """

    lap_time: float
    cars: int = 12
    ratings: tuple[str, ...] = ("Platinum", "Platinum", "Gold")
    numbers: tuple[str, ...] = ()
    group: str = ""
    spread: float = 0.25
    stint_laps: int = 30
    tyre_wear: float = 0.075
    fuel_effect: float = 0.030
    tyre_stints: int = 1
    driver_stints: int = 2
    traffic_cost: float = 0.12
    refuel_time: float = 38.0
    tyre_time: float = 14.0
    driver_change_time: float = 25.0
    top_speed: float = 300.0

    def __post_init__(self) -> None:
        if self.lap_time < 10 or self.stint_laps < 2 or self.tyre_stints < 1 or self.driver_stints < 1:
            raise ValueError(
                "a class needs laps of 10 s or more, at least two laps a stint and one stint a set and a driver"
            )
        check_ratings(self.ratings)
        if self.cars < 0 or len(set(self.numbers)) != len(self.numbers):
            raise ValueError("cars cannot be negative, and a number is given to one car only")


@dataclass(frozen=True)
class Skill:
    """What a rating means. Parts of a lap in millionths; `mistakes`: chance in 65,536 sectors."""

    slower: int
    scatter: int
    mistakes: int


RATINGS = {
    "Platinum": Skill(0, 1300, 18),
    "Gold": Skill(2500, 1800, 30),
    "Silver": Skill(8000, 2800, 60),
    "Bronze": Skill(22000, 4500, 120),
}


def check_ratings(ratings: Sequence[str]) -> None:
    if not 0 < len(ratings) < 6 or any(rating not in RATINGS for rating in ratings):
        raise ValueError(f"ratings are one to five of {', '.join(RATINGS)}, not {tuple(ratings)}")


DEFAULT_CLASSES: Mapping[str, RaceClass] = {
    "HYPERCAR": RaceClass(
        105.0, 12, ("Platinum", "Platinum", "Gold"), ("007", "7"), group="H", stint_laps=32, top_speed=315.0
    ),
    "LMP2": RaceClass(
        110.0, 10, ("Silver", "Gold", "Platinum"), group="P/A", stint_laps=30, tyre_wear=0.070, fuel_effect=0.025,
        tyre_stints=2, refuel_time=34.0, top_speed=298.0,
    ),
    "LMGT3": RaceClass(
        121.0, 14, ("Bronze", "Silver", "Gold"), stint_laps=29, tyre_wear=0.060, fuel_effect=0.020, traffic_cost=0.16,
        refuel_time=40.0, top_speed=272.0,
    ),
}  # fmt: skip

FIRST_NAMES = (
    "Ada", "Anton", "Beatriz", "Bo", "Chiara", "Cédric", "Dana", "Diego", "Elif", "Emil", "Freya", "Goran", "Hana",
    "Ivo", "Jana", "Jørn", "Kaito", "Kārlis", "Lena", "Luís", "Mira", "Niels", "Núria", "Oskar", "Paula", "Petr",
    "Rosa", "Ruben", "Sana", "Søren", "Tessa", "Tomás", "Ulla", "Viktor", "Wim", "Xenia", "Yara", "Yusuf", "Zoë",
    "Žan",
)  # fmt: skip
NAME_STARTS = (
    "Aber", "Bran", "Cald", "Dorn", "Eller", "Fjell", "Grün", "Harl", "Ister", "Jask", "Kest", "Lond", "Mar", "Nor",
    "Oster", "Pell", "Quer", "Rav", "Stern", "Tarn", "Ulm", "Varn", "West", "Ziel",
)  # fmt: skip
NAME_ENDS = (
    "acre", "beck", "cott", "dell", "ecki", "feld", "gaard", "holm", "idge", "järvi", "kamp", "lotte", "mond", "nock",
    "ova", "pont", "quist", "rossi", "sund", "tano", "uena", "vik", "wyn", "zano",
)  # fmt: skip
TEAM_STARTS = (
    "Amber", "Blue Heron", "Copperfield", "Delta Nine", "Evenkeel", "Foxglove", "Greyfriar", "Highmoor", "Ironbark",
    "Juniper", "Kingfisher", "Longmeadow", "Millrace", "Northlight", "Oakhaven", "Pinecone", "Quayside", "Redshank",
    "Silverbirch", "Tidewater", "Undertow", "Vermilion", "Windrush", "Yellowhammer",
)  # fmt: skip
TEAM_ENDS = ("Racing", "Motorsport", "Competition", "Engineering", "Autosport", "Endurance")
MAKES = (
    ("Arkadia", "A1"), ("Belisar", "B-Lancer"), ("Corvane", "Kite"), ("Dunmere", "Drift"), ("Elstar", "E90"),
    ("Farrow", "Falcata"), ("Gaudry", "G4"), ("Hexham", "Hurdler"),
)  # fmt: skip
TOWNS = ("Aldenport", "Brackwater", "Castelmoro", "Dravik", "Estenfeld", "Fairhollow", "Granvale", "Hollinsund")
COUNTRIES = (
    ("AUS", "Australia"), ("BEL", "Belgium"), ("BRA", "Brazil"), ("CAN", "Canada"), ("DEU", "Germany"),
    ("DNK", "Denmark"), ("ESP", "Spain"), ("FRA", "France"), ("GBR", "United Kingdom"), ("ITA", "Italy"),
    ("JPN", "Japan"), ("USA", "United States"),
)  # fmt: skip
TYRE_MAKES = "GKM"


def divide(classes: Mapping[str, RaceClass], cars: int | None) -> dict[str, int]:
    """How many cars each class has: its own number, or its part of `cars` by largest remainder."""
    sizes = {name: race_class.cars for name, race_class in classes.items()}
    whole = sum(sizes.values())
    if cars is None or cars == whole:
        return sizes
    if cars < 1 or whole < 1:
        raise ValueError("a race needs a car, and classes with cars to divide them by")
    shares = {name: divmod(cars * size, whole) for name, size in sizes.items()}
    left = cars - sum(share for share, _ in shares.values())
    gaining = sorted(shares, key=lambda name: -shares[name][1])[:left]
    return {name: share + (name in gaining) for name, (share, _) in shares.items()}


def car_numbers(seed: int, classes: Mapping[str, RaceClass], sizes: Mapping[str, int]) -> dict[str, list[str]]:
    """Numbers of each class: those it gives, then others that nobody has."""
    given = [number for name, race_class in classes.items() for number in race_class.numbers[: sizes[name]]]
    if len(set(given)) != len(given):
        raise ValueError("two classes give the same car number")
    whole = sum(sizes.values())
    free = Stream(seed, "numbers").shuffled([str(i) for i in range(1, max(100, 2 * whole)) if str(i) not in given])
    numbers = {}
    for name, race_class in classes.items():
        own = list(race_class.numbers[: sizes[name]])
        numbers[name] = own + [free.pop() for _ in range(sizes[name] - len(own))]
    return numbers


def crew_names(seed: int, count: int) -> list[tuple[str, str]]:
    """First and second names; no second name twice as long as there are enough."""
    stream = Stream(seed, "names")
    second = stream.shuffled([start + end for start in NAME_STARTS for end in NAME_ENDS])
    return [(stream.choose(FIRST_NAMES), double_name(second, i)) for i in range(count)]


def double_name(names: Sequence[str], index: int) -> str:
    again, i = divmod(index, len(names))
    return names[i] if again == 0 else f"{names[i]}-{names[(i + again) % len(names)]}"


def check_crews(ratings: Mapping[str, Sequence[str]], faster: Faster, crews: Mapping[str, Sequence[str]]) -> None:
    """`ratings`: of all crews."""
    for car in crews:
        check_car(car, ratings, "crews")
        check_ratings(ratings[car])
    for key in faster:
        car, number = (key, 1) if isinstance(key, str) else key
        check_car(car, ratings, "faster")
        check_number(number, car, ratings[car], "faster")


def check_car(car: str, cars: Iterable[str], what: str) -> None:
    if car not in cars:
        raise ValueError(f"{what}: there is no car '{car}'{nearest(car, cars)}")


def check_number(number: int, car: str, crew: Sequence[object], what: str) -> None:
    if not 0 < number <= len(crew):
        raise ValueError(f"{what}: car {car} has drivers 1 to {len(crew)}, not {number}")


def make_driver(
    seed: int, car: str, number: int, rating: str, race_class: RaceClass, lap: int, name: tuple[str, str]
) -> Driver:
    """`lap`: microseconds of the car with a Platinum driver."""
    stream = Stream(seed, "driver", car, number)
    skill = RATINGS[rating]
    country, country_name = stream.choose(COUNTRIES)
    wear = round(race_class.tyre_wear * 1_000_000)
    wear += stream.normal(wear // 8)
    fuel_effect = round(race_class.fuel_effect * 1_000_000)
    return Driver(
        car=car,
        number=number,
        name=" ".join(name),
        first_name=name[0],
        second_name=name[1],
        rating=rating,
        country=country,
        home_town=f"{stream.choose(TOWNS)}, {country_name}",
        pace=timedelta(microseconds=lap + lap * (skill.slower + stream.normal(1000)) // 1_000_000),
        scatter=timedelta(microseconds=lap * skill.scatter // 1_000_000),
        tyre_wear=wear / 1_000_000,
        fuel_effect=fuel_effect / 1_000_000,
        net_degradation=(wear - fuel_effect) / 1_000_000,
        traffic_cost=race_class.traffic_cost,
    )


def make_field(
    seed: int,
    classes: Mapping[str, RaceClass],
    cars: int | None,
    faster: Faster,
    crews: Mapping[str, Sequence[str]],
) -> tuple[list[Entry], list[Driver]]:
    """The entries in the order of their classes, and their crews.

    `faster`: seconds a lap that a car, or a driver of it (car and driver number), is quicker by. `crews`: ratings of
    the crews that are not as their class has them, by car.
    """
    sizes = divide(classes, cars)
    numbers = car_numbers(seed, classes, sizes)
    ratings = {car: crews.get(car, race_class.ratings) for name, race_class in classes.items() for car in numbers[name]}
    check_crews(ratings, faster, crews)
    names = iter(crew_names(seed, sum(map(len, ratings.values()))))
    stream = Stream(seed, "entries")
    teams = stream.shuffled([f"{start} {end}" for start in TEAM_STARTS for end in TEAM_ENDS])
    entries: list[Entry] = []
    drivers: list[Driver] = []
    for name, race_class in classes.items():
        makes = stream.shuffled(MAKES)[:5]
        tyre_make = stream.choose(TYRE_MAKES)
        for i, car in enumerate(numbers[name]):
            make, model = makes[i % len(makes)]
            lap = round((race_class.lap_time - faster.get(car, 0.0)) * 1_000_000)
            lap += Stream(seed, "car", car).normal(round(race_class.spread * 1_000_000))
            crew = []
            for number, rating in enumerate(ratings[car], 1):
                own = lap - round(faster.get((car, number), 0.0) * 1_000_000)
                crew.append(make_driver(seed, car, number, rating, race_class, own, next(names)))
            team, vehicle = teams[len(entries) // 2 % len(teams)], f"{make} {model} {name}"
            names_of_crew = tuple(driver.name for driver in crew)
            entries.append(Entry(car, name, race_class.group, team, make, vehicle, tyre_make, names_of_crew))
            drivers += crew
    return entries, drivers
