"""A report in a real browser with the network cut off: what is drawn, what it asks for, whether all can read it."""

import re
import shutil
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import pyracing as pr

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium (apt-get install chromium)")

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
DRAWN = """() => [...document.querySelectorAll(".pyracing-chart")].map((chart) => chart.dataset.drawn ?? "")"""
HEIGHTS = """() => [...document.querySelectorAll(".pyracing-chart")].map((chart) => chart.clientHeight)"""
MARKS = """() => window.pyracingCharts.charts.map(({ element, view }) => {
    let items = 0;
    const count = (node) => node.items ? node.items.forEach(count) : items++;
    count(view.view.scenegraph().root);
    return [element.dataset.drawn, items];
})"""
LEGEND_ENTRY = """(cars) => {
    // The place on the page of the first symbol of the legend of cars of the first chart that has one.
    for (const { element, view } of window.pyracingCharts.charts) {
        const find = (node, x, y) => {
            x += node.x || 0;
            y += node.y || 0;
            if (node.mark && node.mark.role === "legend-symbol" && cars.includes(node.datum?.value))
                return { x, y, car: node.datum.value };
            for (const child of node.items || []) {
                const found = find(child, x, y);
                if (found) return found;
            }
            return null;
        };
        const found = find(view.view.scenegraph().root, 0, 0);
        if (!found) continue;
        const canvas = element.querySelector("canvas");
        canvas.scrollIntoView({ block: "end", behavior: "instant" });
        const box = canvas.getBoundingClientRect();
        const [left, top] = view.view.origin();
        return { car: found.car, x: box.left + left + found.x, y: box.top + top + found.y };
    }
    return null;
}"""


@pytest.fixture(scope="module")
def small() -> pr.Session:
    """With all that a report shows: classes, stops, flags, weather."""
    return pr.simulate(seed=3, hours=1, cars=6).session


@pytest.fixture(scope="module")
def report(small: pr.Session, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pr.report(small, tmp_path_factory.mktemp("pages") / "race.html")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


class Opened:
    """A page that is open, with what it said and asked for. One that is `never_idle` draws one chart by itself."""

    def __init__(self, browser, path: Path, never_idle: bool = False, **context: object) -> None:
        self.context = browser.new_context(**{"viewport": WIDE, "offline": True, **context})
        self.page = self.context.new_page()
        if never_idle:
            self.page.add_init_script("window.requestIdleCallback = () => 0")
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.address = path.as_uri()
        self.page.goto(self.address)

    def __enter__(self) -> "Opened":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def draw_all(self) -> None:
        self.page.evaluate("() => window.pyracingCharts.drawAll()")

    @property
    def drawn(self) -> list[str]:
        """What each chart says of itself: `true`, `failed`, or nothing yet."""
        states: list[str] = self.page.evaluate(DRAWN)
        return states

    @property
    def room(self) -> tuple[int, int]:
        """How wide the page is, and how wide the screen."""
        width, screen = self.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        return width, screen


@pytest.mark.parametrize(("screen", "scheme"), [(WIDE, "light"), (NARROW, "dark")], ids=["desk", "telephone at night"])
def test_it_opens_without_the_network_and_everybody_can_read_it(
    report: Path, browser, screen: dict, scheme: str
) -> None:
    with Opened(browser, report, viewport=screen, color_scheme=scheme) as opened:
        opened.draw_all()
        assert opened.errors == []
        assert [url for url in opened.asked if not url.startswith(("data:", "blob:"))] == [opened.address]
        drawn = opened.page.evaluate(MARKS)
        assert drawn and all(state == "true" and items > 10 for state, items in drawn)
        width, room = opened.room
        assert width <= room == screen["width"]
        opened.page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        found = axe.Axe().run(opened.page).response["violations"]
        serious = [
            (one["id"], [node["html"][:200] for node in one["nodes"]][:3])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == []


def test_charts_are_drawn_one_at_a_time(report: Path, browser) -> None:
    """The next one waits until the page has nothing else to do, which one that is never idle has always."""
    with Opened(browser, report, never_idle=True) as opened:
        opened.page.wait_for_function("() => document.querySelector('.pyracing-chart[data-drawn]')")
        assert sorted(opened.drawn) == [""] * (len(opened.drawn) - 1) + ["true"]


def test_every_chart_is_drawn_without_scrolling(report: Path, browser) -> None:
    """In the room that was kept for them, so that what is below stays where it is."""
    with Opened(browser, report) as opened:
        page = opened.page
        before = page.evaluate(HEIGHTS)
        page.wait_for_function("() => !document.querySelector('.pyracing-chart:not([data-drawn])')")
        assert set(opened.drawn) == {"true"}
        after = page.evaluate(HEIGHTS)
        assert all(abs(kept - taken) <= 130 for kept, taken in zip(before, after, strict=True)), (before, after)
        assert opened.errors == []


def test_a_link_leads_to_its_section_and_stays_there(report: Path, browser) -> None:
    with Opened(browser, report) as opened:
        opened.page.click("nav a[href='#stints']")
        chart = opened.page.locator("#chart-stints .pyracing-chart").element_handle()
        opened.page.wait_for_function("(chart) => chart.dataset.drawn === 'true'", arg=chart)
        opened.draw_all()
        top = opened.page.evaluate("() => document.getElementById('stints').getBoundingClientRect().top")
        assert 0 <= top < WIDE["height"] / 4


def test_a_click_in_the_legend_picks_a_car_and_a_chart_can_be_saved(
    report: Path, browser, small: pr.Session
) -> None:
    with Opened(browser, report) as opened:
        opened.draw_all()
        entry = opened.page.evaluate(LEGEND_ENTRY, list(small.cars))
        assert entry is not None
        opened.page.mouse.click(entry["x"], entry["y"])
        picked = opened.page.evaluate(
            """() => window.pyracingCharts.charts.map(({ view }) => {
                const { signals } = view.view.getState();
                return signals.picked_tuple ? signals.picked_tuple.values : null;
            })"""
        )
        assert [entry["car"]] in picked
        for kind, begins in (("svg", b"<svg"), ("png", b"\x89PNG")):
            with opened.page.expect_download() as download:
                opened.page.locator(f"button[data-save={kind}]").first.click()
            assert Path(download.value.path()).read_bytes().startswith(begins)
        assert opened.errors == []


def test_it_prints_light_and_whole(report: Path, browser) -> None:
    """What was not drawn and what was folded too."""
    with Opened(browser, report, never_idle=True, color_scheme="dark") as opened:
        opened.page.emulate_media(media="print", color_scheme="dark")
        colour = opened.page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert colour == "rgb(255, 255, 255)"
        assert "" in opened.drawn
        assert opened.page.pdf().startswith(b"%PDF-")
        assert set(opened.drawn) == {"true"}
        assert opened.page.locator("details").count() > 0
        opened.page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
        assert opened.page.locator("details:not([open])").count() == 0


def paths(pdf: bytes) -> int:
    """How many lines and curves a PDF draws: a chart that is drawn while it is printed is made of them."""
    count = 0
    for stream in re.finditer(rb"stream\r?\n", pdf):
        with suppress(zlib.error):
            count += len(re.findall(rb"(?m)[\d.] [lc]$", zlib.decompressobj().decompress(pdf[stream.end() :])))
    return count


def test_charts_are_there_in_a_page_that_is_printed_at_once(report: Path, browser) -> None:
    def printed(remove: str) -> int:
        with Opened(browser, report, never_idle=True) as opened:
            assert "" in opened.drawn, "not all of them have been drawn yet"
            opened.page.evaluate(f"() => document.querySelectorAll('{remove}').forEach((chart) => chart.remove())")
            return paths(opened.page.pdf())

    assert printed(".none") > 2 * printed(".pyracing-chart")


def test_the_names_of_users_do_nothing(browser, tmp_path: Path) -> None:
    name = "<script>window.broken = true</script>\"'><img src=x onerror='window.broken = true'>"
    laps = {"car": ["7"] * 5 + ["8"] * 5, "lap_time": [95.0, 91, 92, 91, 90, 97, 93, 92, 94, 91]}
    laps |= {"driver": [name] * 10, "team": [name] * 10, "class": ["<b>GT3</b>"] * 10}
    pr.report(pr.from_laps(laps, kind="race", name=name), tmp_path / "names.html")
    with Opened(browser, tmp_path / "names.html") as opened:
        opened.draw_all()
        assert opened.page.evaluate("() => window.broken === undefined")
        assert opened.page.locator("main img, main b").count() == 0
        assert opened.errors == []
