"""The page of a report: what stands in it, in which order, as HTML or PDF."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyracing
from pyracing.display import counted, cut, printable, width
from pyracing.grouping import EXTENSIONS, ROUND_NUMBER, words
from pyracing.report import tables
from pyracing.report.facts import Facts
from pyracing.report.headlines import Figure, Story, key_figures, stories
from pyracing.report.pictures import PAPER_WIDTH, Picture
from pyracing.report.tables import Grid
from pyracing.report.words import headed
from pyracing.times import moment_text


class Section(NamedTuple):
    """A part of the page with its heading. `folded` grids are long: on a screen they open when asked."""

    name: str
    title: str
    intro: str = ""
    grids: Sequence[Grid] = ()
    pictures: Sequence[Picture] = ()
    folded: Sequence[Grid] = ()

    @property
    def says_something(self) -> bool:
        return bool(self.grids or self.pictures or self.folded)


class Page(NamedTuple):
    """All that the template shows."""

    title: str
    subtitle: str
    figures: list[Figure]
    stories: list[Story]
    sections: list[Section]
    colours: Mapping[str, str]  # of the classes, as the charts have them
    made: str


def page_of(facts: Facts, pictures: Mapping[str, Picture], colours: Mapping[str, str]) -> Page:
    """What is told of a session, with those of the charts that there are and the colours of its classes."""

    def shown(*names: str) -> list[Picture]:
        return [pictures[name] for name in names if name in pictures]

    sections = [
        Section("classification", "Classification", order_text(facts), tables.classification_grids(facts)),
        Section(
            "race", "How it went", "", tables.hourly_grids(facts), shown("race_trace", "lap_chart", "hourly"),
            tables.leader_grids(facts),
        ),
        Section(
            "incidents", "Neutralisations and retirements", "",
            [*tables.neutralisation_grids(facts), *tables.retirement_grids(facts)],
        ),
        Section(
            "pace", "Pace", PACE, [], shown("pace", "lap_times", "raising_average", "sectors"),
            tables.pace_grids(facts),
        ),
        Section("stints", "Stints", "", [], shown("stints"), tables.stint_grids(facts)),
        Section("stops", "Pit lane", "", tables.pit_loss_grids(facts), shown("pit_stops"), tables.stop_grids(facts)),
        Section(
            "drive-time", "Drive time", open_bound_text(facts), [], shown("drive_time"), tables.drive_time_grids(facts)
        ),
        Section("weather", "Weather", "", [], shown("weather")),
        Section("doubts", "Doubts about the data", doubts_text(facts), tables.doubt_grids(facts)),
        Section(
            "made", "How this was made", made_text(facts), tables.file_grids(facts), folded=tables.rules_grids(facts)
        ),
    ]  # fmt: skip
    return Page(
        report_title(facts),
        subtitle(facts),
        key_figures(facts),
        stories(facts),
        [section for section in sections if section.says_something or section.intro],
        colours,
        f"pyracing {pyracing.__version__}",
    )


PAPER_SCALE = 2.5  # pixels for a unit of a chart: 260 an inch
WIDEST_CELL = 26  # of a listing on paper, in characters
YEAR = re.compile(r"(?:19|20)\d\d")
ORDERS = {
    "decisions": "The order of the laps with the decisions that were given.",
    "published": "The published result.",
    "laps": "The order that the laps give: no result was read with them.",
    "none": "",
}
PACE = (
    "Clean laps show pace: no first lap, in-lap or out-lap, none under or just after a neutralisation, none much over "
    "the median of the class."
)


def report_title(facts: Facts) -> str:
    """The name of the session with what it was, unless the name says that; one that says no more, such as `race 2`,
    stands behind the event that its files are in."""
    name, kind = (facts.info["name"] or "").replace("_", " "), facts.info["kind"] or "session"
    parts = [name] if kind in name.lower() else [name, kind]
    if all(word == kind or word.isdigit() for word in words(name).split()):
        parts = [event_of(facts), *parts]
    return " · ".join(headed(printable(part)) for part in parts if part)


def event_of(facts: Facts) -> str:
    """The folder of the files that begins with the number of a round, as words: `11-watkins-glen` -> `watkins glen`;
    with the year that it stands under. Empty where there is none."""
    for file in facts.info["files"][:1]:
        folders = (file["name"] or "").replace("\\", "/").split("/")[:-1]
        for place in range(len(folders) - 1, -1, -1):
            name = ROUND_NUMBER.sub("", EXTENSIONS.sub("", folders[place]))
            if name != EXTENSIONS.sub("", folders[place]):
                year = folders[place - 1] if place and YEAR.fullmatch(folders[place - 1]) else ""
                return f"{words(name)} {year}".strip()
    return ""


def subtitle(facts: Facts) -> str:
    info = facts.info
    cars, laps, drivers = len(facts.session.cars), len(facts.session), len(facts.session.drivers)
    parts = [
        counted(cars, "car") if cars else "",
        counted(len(facts.session.classes), "class", "classes") if len(facts.session.classes) > 1 else "",
        counted(drivers, "driver") if drivers else "",
        counted(laps, "lap") if laps else "",
        f"{info['lap_length']:g} km a lap" if info["lap_length"] else "",
        f"start {moment_text(info['start'])}" if info["start"] is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def order_text(facts: Facts) -> str:
    """What the order is, and the rules that it goes by."""
    if facts.rules is None or facts.order in ("published", "none"):
        return ORDERS[facts.order]
    return f"{ORDERS[facts.order]} Rules: {printable(facts.rules.championship or facts.rules.name)}."


def open_bound_text(facts: Facts) -> str:
    """That the rules leave a bound of drive time open."""
    open_bound = facts.drive_time_asked[1]
    return f"Nobody's drive time is judged, because the rules leave a bound open: {open_bound}." if open_bound else ""


def doubts_text(facts: Facts) -> str:
    if len(facts.doubts):
        asked = ", and about the rules and decisions" if facts.rules is not None or facts.decisions else ""
        return f"{counted(len(facts.doubts), 'doubt')} about the files that were read{asked}."
    return "None: nothing in the files contradicts itself, and every row was kept."


def made_text(facts: Facts) -> str:
    assumed = [printable(one["message"]) for one in facts.info["assumptions"]]
    text = f"Made by pyracing {pyracing.__version__} from the files below; every number is theirs or follows from them."
    return f"{text} Taken for granted: {'; '.join(assumed)}." if assumed else text


# ---- Writing ----


def html_of(page: Page) -> str:
    """The page as one HTML file that asks the network for nothing."""
    from pyracing.charts import page_parts

    pictures = [picture for section in page.sections for picture in section.pictures]
    parts = page_parts([picture.chart for picture in pictures])
    figures = {picture.name: figure for picture, figure in zip(pictures, parts.figures, strict=True)}
    return rendered(page, figures, parts.script if pictures else "", paper=False)


def pdf_of(page: Page) -> bytes:
    """The same page on paper, with still charts."""
    try:
        import weasyprint
    except ImportError as error:
        raise ImportError(f"PDF needs weasyprint ({error}): pip install 'pyracing-timing[report]'") from None
    except OSError as error:
        message = "PDF needs the library Pango (apt-get install libpango-1.0-0 libpangoft2-1.0-0)"
        raise ImportError(f"{message}: {error}") from error
    figures = {picture.name: still(picture) for section in page.sections for picture in section.pictures}
    document: bytes = weasyprint.HTML(string=rendered(page, figures, "", paper=True)).write_pdf()
    return document


def still(picture: Picture) -> str:
    """A chart as images: their letters are as wide as they were when it was laid out, which those of an SVG drawn with
    another font are not. One of several classes is an image a class, since all together are longer than a page."""
    from pyracing.charts.library import converter
    from pyracing.charts.save import static_spec

    images = []
    for name, spec in sheets(static_spec(picture.chart, PAPER_WIDTH)):
        data = converter("vegalite_to_png")(spec, scale=PAPER_SCALE)
        described = html.escape(f"{picture.description} {name}".strip(), quote=True)
        source = f"data:image/png;base64,{base64.b64encode(data).decode()}"
        images.append(f'<img class="still" src="{source}" alt="{described}">')
    return "\n".join(images)


def sheets(spec: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The blocks of a specification as charts of their own, each with its title; the first has that of the whole."""
    blocks = spec.get("vconcat", ())
    if len(blocks) < 2:
        return [("", spec)]
    shared = {key: value for key, value in spec.items() if key != "title"}
    parts = [{**(shared if place else spec), "vconcat": [block]} for place, block in enumerate(blocks)]
    return [(block.get("title", {}).get("text", ""), part) for block, part in zip(blocks, parts, strict=True)]


def listing(grid: Grid) -> str:
    """A long table as timekeepers print it, a line a row: laid out cell by cell it would take minutes."""
    rows = [
        [cut(cell.replace("\n", " "), WIDEST_CELL) for cell in row]
        for row in ([heading.text for heading in grid.headings], *grid.rows)
    ]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]

    def line(row: list[str]) -> str:
        cells = zip(grid.headings, row, widths, strict=True)
        padded = [
            " " * (room - width(cell)) + cell if heading.right else cell + " " * (room - width(cell))
            for heading, cell, room in cells
        ]
        return "  ".join(padded).rstrip()

    return "\n".join(map(line, rows))


def rendered(page: Page, figures: dict[str, str], script: str, paper: bool) -> str:
    """The template filled; `figures` are the charts as HTML, by name."""
    try:
        import jinja2
    except ImportError as error:
        raise ImportError(f"reports need jinja2 ({error}): pip install 'pyracing-timing[report]'") from None
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    return environment.get_template("page.html").render(
        page=page, figures=figures, script=script, paper=paper, listing=listing
    )
