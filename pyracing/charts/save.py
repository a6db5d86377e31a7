"""Charts into files and pages, with no network: the scripts come from vl-convert-python."""

from __future__ import annotations

import functools
import html
import json
import os
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import altair as alt

from pyracing.charts.layers import unchecked
from pyracing.charts.library import bundle, converter
from pyracing.charts.style import HOVER, WIDTH, ZOOM

PIXELS_PER_UNIT = 2.0  # of PNG
MARGIN = 60  # for the axis beside the width of the axes


class PageParts(NamedTuple):
    """Several charts for one page: `figures` in the order given, to be put where they belong, and `script`, once, at
    the end of the body. Nothing in them asks the network."""

    figures: list[str]
    script: str


def save_chart(chart: Any, path: str | os.PathLike[str], *, scale: float = PIXELS_PER_UNIT) -> None:
    """Writes a chart as .html, .png, .svg or .pdf, by the ending of the path; no network is needed.

    The page is one file with its scripts and follows the reader's light or dark; the pictures are as on paper. `scale`
    is the number of pixels of a PNG for a unit of the chart. Takes any Altair chart. Raises ValueError for another
    ending.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending == ".html":
        target.write_text(page(specification(chart)), encoding="utf-8")
    elif ending == ".png":
        target.write_bytes(converter("vegalite_to_png")(static_spec(chart), scale=scale))
    elif ending == ".svg":
        target.write_text(static_svg(chart), encoding="utf-8")
    elif ending == ".pdf":
        target.write_bytes(converter("vegalite_to_pdf")(static_spec(chart)))
    else:
        raise ValueError(f"a chart is saved as .html, .png, .svg or .pdf, not as '{target.suffix}': {target}")


def static_svg(chart: Any, *, width: int | None = None) -> str:
    """A chart as SVG, as it is for paper; `width` is that of the axes where the chart takes what room it gets."""
    text: str = converter("vegalite_to_svg")(static_spec(chart, width))
    return text


# ---- Specifications ----


@unchecked
def specification(chart: Any) -> dict[str, Any]:
    """The chart as Vega-Lite, whatever the number of its rows."""
    with alt.data_transformers.enable("default", max_rows=None):
        made: dict[str, Any] = chart.to_dict(validate=False)
    return made


def static_spec(chart: Any, width: int | None = None) -> dict[str, Any]:
    """The chart for paper: without what answers to the mouse, which takes time and room."""
    spec: dict[str, Any] = stilled(specification(chart))
    spec.setdefault("background", "white")
    for part in (spec, *spec.get("vconcat", ())):
        if part.get("width") == "container":
            part["width"] = width or WIDTH - MARGIN
    return spec


def stilled(node: Any) -> Any:
    """A part of a specification without the layers for the mouse, zoom, and clipping, which nothing needs when all lies
    inside the axes."""
    if isinstance(node, list):
        return [stilled(part) for part in node if not is_hover(part)]
    if not isinstance(node, dict):
        return node
    kept = {name: part for name, part in node.items() if name not in ("tooltip", "datasets")}
    if isinstance(kept.get("params"), list):
        kept["params"] = [part for part in kept["params"] if part.get("name") != ZOOM]
    if isinstance(kept.get("mark"), dict):
        kept["mark"] = {name: part for name, part in kept["mark"].items() if name != "clip"}
    made: dict[str, Any] = {name: stilled(part) for name, part in kept.items()}
    return {**made, "datasets": node["datasets"]} if "datasets" in node else made


def is_hover(part: Any) -> bool:
    return isinstance(part, dict) and str(part.get("name", "")).startswith(HOVER)


# ---- Pages ----


def page_parts(charts: Iterable[Any]) -> PageParts:
    """Charts as parts of a page of your own: each is a `<div class="pyracing-chart">`, and all share one script with
    the data, each piece of it once.

    The charts take the width of what they stand in, follow the page's light or dark (`data-theme` of the root element,
    else what the reader prefers) and print as on paper. Same charts, same text.
    """
    return parts_of([specification(chart) for chart in charts])


def parts_of(specs: Iterable[dict[str, Any]]) -> PageParts:
    datasets: dict[str, Any] = {}
    figures = []
    for spec in specs:
        datasets |= spec.get("datasets", {})
        own = {name: part for name, part in spec.items() if name != "datasets"}
        words = html.escape(str(spec.get("description", "")), quote=True)
        figures.append(
            f'<div class="pyracing-chart" role="img" aria-label="{words}">'
            f'<script type="application/json">{script_safe(own)}</script></div>'
        )
    data = f'<script type="application/json" id="pyracing-data">{script_safe(datasets)}</script>'
    return PageParts(figures, f"{data}\n{scripts()}")


@functools.cache
def scripts() -> str:
    """The chart library in one piece (it declares names of its own, so it stands in a function), and what starts it."""
    driver = resources.files("pyracing.charts").joinpath("page.js").read_text(encoding="utf-8")
    return f"<script>(function(){{{in_script(bundle())}}})();</script>\n<script>{driver}</script>"


def script_safe(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")


def in_script(code: str) -> str:
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def page(spec: dict[str, Any]) -> str:
    """A page of one chart."""
    figures, script = parts_of([spec])
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title_of(spec))}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n{figures[0]}\n{script}\n</body>\n</html>\n"
    )


STYLE = (
    ":root{color-scheme:light dark}body{margin:12px;background:#fff}"
    "@media (prefers-color-scheme:dark){body{background:#16181c}}@media print{body{background:#fff}}"
)


def title_of(spec: dict[str, Any]) -> str:
    title = spec.get("title", "")
    text = title.get("text", "") if isinstance(title, dict) else title
    return text if isinstance(text, str) else " ".join(text)


# ---- Notebooks ----


def in_notebook(spec: dict[str, Any], **_: Any) -> dict[str, str]:
    """The renderer `pyracing` of Altair: each chart a page in a frame, so that it needs no network and shows in what
    nbconvert writes too. `altair.renderers.enable("pyracing")` chooses it; importing pyracing does not."""
    source = html.escape(page(spec), quote=True)
    frame = f'<iframe data-pyracing style="width:100%;height:560px;border:0" srcdoc="{source}"></iframe>'
    return {"text/html": frame}


alt.renderers.register("pyracing", in_notebook)
