(function () {
  "use strict";
  const LIGHT = { ink: "#1b1f24", quiet: "#57606a", line: "#d0d7de" };
  const DARK = { ink: "#e6e8eb", quiet: "#a3abb5", line: "#3a4048" };
  const NARROW = 480;

  const data = JSON.parse(document.getElementById("pyracing-data").textContent);
  const charts = Array.from(document.querySelectorAll(".pyracing-chart")).map((element) => ({
    element,
    spec: JSON.parse(element.querySelector("script").textContent),
    view: null,
  }));
  const preference = matchMedia("(prefers-color-scheme: dark)");
  let printing = false;

  function isDark() {
    const theme = document.documentElement.dataset.theme;
    return !printing && (theme ? theme === "dark" : preference.matches);
  }

  function config(colours) {
    return {
      background: null,
      style: { "group-title": { fill: colours.ink } },
      axis: {
        labelColor: colours.quiet, titleColor: colours.quiet, gridColor: colours.line,
        domainColor: colours.line, tickColor: colours.line,
      },
      legend: { labelColor: colours.ink, titleColor: colours.quiet },
      header: { labelColor: colours.ink, titleColor: colours.quiet },
      title: { color: colours.ink, subtitleColor: colours.quiet },
      text: { color: colours.ink },
    };
  }

  // Charts beside or below one another do not take the width of the page by themselves.
  function widened(part, width) {
    const inner = { ...part };
    for (const key of ["vconcat", "concat"]) {
      if (inner[key]) inner[key] = inner[key].map((each) => widened(each, width));
    }
    if (inner.width === "container") inner.width = width;
    return inner;
  }

  // A finger that scrolls the page is not to be caught by a chart.
  function without(part, name) {
    if (Array.isArray(part)) return part.filter((each) => !each || each.name !== name).map((each) => without(each, name));
    if (part === null || typeof part !== "object") return part;
    return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, without(value, name)]));
  }

  function prepared(chart) {
    const names = new Set(JSON.stringify(chart.spec).match(/data-[0-9a-f]{32}/g) || []);
    const datasets = Object.fromEntries(Object.entries(data).filter(([name]) => names.has(name)));
    let spec = { ...chart.spec, datasets };
    if (spec.vconcat || spec.concat) spec = widened(spec, Math.max(160, chart.element.clientWidth - 90));
    return matchMedia("(pointer: coarse)").matches ? without(spec, "zoom") : spec;
  }

  async function draw(chart) {
    const place = document.createElement("div");
    place.style.width = "100%";
    const colours = config(isDark() ? DARK : LIGHT);
    const old = chart.view;
    chart.element.append(place);
    const result = await window.vegaEmbed(place, prepared(chart), {
      mode: "vega-lite", renderer: "canvas", actions: false, config: colours, ast: false,
      tooltip: { theme: isDark() ? "dark" : "light" },
    });
    if (old) {
      old.view.finalize();
      old.place.remove();
    }
    chart.view = { view: result.view, place };
    chart.element.dataset.drawn = "true";
  }

  function drawAll() {
    return Promise.all(charts.map((chart) => draw(chart).catch((error) => {
      console.error(error);
      chart.element.dataset.drawn = "failed";
    })));
  }

  window.pyracingCharts = { charts, redraw: drawAll };
  preference.addEventListener("change", drawAll);
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  drawAll();
})();
