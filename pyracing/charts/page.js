(function () {
  "use strict";
  const COLOURS = {
    light: { ink: "#1b1f24", quiet: "#57606a", line: "#d0d7de" },
    dark: { ink: "#e6e8eb", quiet: "#a3abb5", line: "#3a4048" },
  };
  const BESIDE = 90, NARROWEST = 160; // pixels beside the axes of charts below one another, and of the axes
  const LETTER = { title: 9, subtitle: 6.5 }; // pixels that a letter takes up, rather more than less
  const AROUND = { chart: 80, block: 60 }; // pixels above and below the axes: title and legend, and for each block

  const data = JSON.parse(document.getElementById("pyracing-data").textContent);
  const charts = Array.from(document.querySelectorAll(".pyracing-chart")).map((element) => ({
    element,
    spec: JSON.parse(element.querySelector("script").textContent),
    view: null,
    drawing: null,
  }));
  const preference = matchMedia("(prefers-color-scheme: dark)");

  function theme() {
    return document.documentElement.dataset.theme || (preference.matches ? "dark" : "light");
  }

  // The colours of words and lines are parameters of the chart, so that they change at once, as for printing.
  const [ink, quiet, line] = ["ink", "quiet", "line"].map((name) => ({ expr: `pyracing_${name}` }));
  const CONFIG = {
    background: null,
    axis: { labelColor: quiet, titleColor: quiet, gridColor: line, domainColor: line, tickColor: line },
    legend: { labelColor: ink, titleColor: quiet },
    header: { labelColor: ink, titleColor: quiet },
    title: { color: ink, subtitleColor: quiet },
    text: { color: ink },
  };

  function parameters(colours) {
    return Object.entries(COLOURS[colours]).map(([name, value]) => ({ name: `pyracing_${name}`, value }));
  }

  function paint(chart, name) {
    if (!chart.view) return;
    for (const [colour, value] of Object.entries(COLOURS[name])) chart.view.view.signal(`pyracing_${colour}`, value);
    chart.view.view.run();
  }

  // Charts below one another do not take the width of the page by themselves.
  function widened(part, width) {
    const inner = part.width === "container" ? { ...part, width } : { ...part };
    if (inner.vconcat) inner.vconcat = inner.vconcat.map((each) => widened(each, width));
    return inner;
  }

  // Words above a chart go on in a further line where the chart is narrower than they are.
  function wrapped(words, letters) {
    return [words].flat().flatMap((line) => line.match(new RegExp(`\\S.{0,${letters - 1}}(?!\\S)|\\S+`, "g")) || []);
  }

  function headed({ title }, width) {
    if (!title?.text) return {};
    const { text, subtitle = [] } = title;
    const lines = { text: wrapped(text, Math.floor(width / LETTER.title)) };
    return { title: { ...title, ...lines, subtitle: wrapped(subtitle, Math.floor(width / LETTER.subtitle)) } };
  }

  // A finger that scrolls the page is not to be caught by a chart.
  function prepared(chart, colours, beside) {
    const names = new Set(JSON.stringify(chart.spec).match(/data-[0-9a-f]{32}/g) || []);
    const datasets = Object.fromEntries(Object.entries(data).filter(([name]) => names.has(name)));
    const touched = matchMedia("(pointer: coarse)").matches;
    const own = (chart.spec.params || []).filter((each) => !(touched && each.name === "zoom"));
    const width = chart.element.clientWidth;
    const spec = { ...chart.spec, ...headed(chart.spec, width), params: [...own, ...parameters(colours)], datasets };
    return spec.vconcat ? widened(spec, Math.max(NARROWEST, width - beside)) : spec;
  }

  function embedded(chart, place, colours, beside) {
    return window.vegaEmbed(place, prepared(chart, colours, beside), {
      mode: "vega-lite", renderer: "canvas", actions: false, config: CONFIG, tooltip: { theme: theme() },
    });
  }

  // How wide names at the left and words at the right are is known when they are drawn.
  async function fitted(chart, place, colours) {
    const first = await embedded(chart, place, colours, BESIDE);
    const over = place.querySelector("canvas").clientWidth - chart.element.clientWidth;
    if (!chart.spec.vconcat || over <= 0) return first.view;
    first.finalize();
    return (await embedded(chart, place, colours, BESIDE + over)).view;
  }

  async function drawn(chart, colours) {
    const place = document.createElement("div");
    place.style.width = "100%";
    chart.element.append(place);
    try {
      chart.view = { view: await fitted(chart, place, colours), place };
      chart.element.dataset.drawn = "true";
    } catch (error) {
      console.error(error);
      chart.element.dataset.drawn = "failed";
    }
    chart.element.style.minHeight = "";
    const frame = window.frameElement; // of a notebook
    if (frame && frame.dataset.pyracing !== undefined) frame.style.height = `${document.body.scrollHeight + 24}px`;
  }

  function draw(chart, colours = theme()) {
    chart.drawing ??= drawn(chart, colours);
    return chart.drawing;
  }

  // What a chart will take up, nearly, so that the page below it stays where it is.
  function reserved({ vconcat, height, encoding, layer }) {
    if (vconcat) return vconcat.reduce((sum, part) => sum + reserved(part), 0);
    if (!height || !height.step) return AROUND.block + (height || 460);
    const y = (encoding || layer.find((part) => part.encoding?.y).encoding).y;
    return AROUND.block + height.step * (y.scale?.domain?.length || 1);
  }

  // Charts near the screen are drawn first, then the others, one at a time while the page has nothing else to do.
  const near = new Set();
  const idle = window.requestIdleCallback || setTimeout;
  let busy = false;
  async function drawInTurn() {
    if (busy) return;
    busy = true;
    for (;;) {
      const waiting = charts.filter((each) => !each.drawing);
      if (!waiting.length) break;
      await draw(waiting.find((each) => near.has(each.element)) ?? waiting[0]);
      await new Promise((resolve) => { idle(resolve); });
    }
    busy = false;
  }
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) isIntersecting ? near.add(target) : near.delete(target);
    drawInTurn();
  }, { rootMargin: "400px 0px" });
  for (const { element, spec } of charts) {
    element.style.minHeight = `${AROUND.chart + reserved(spec)}px`;
    watch.observe(element);
  }

  function repaint() {
    charts.forEach((chart) => paint(chart, theme()));
  }

  window.pyracingCharts = { charts, draw, drawAll: () => Promise.all(charts.map((chart) => draw(chart))) };
  preference.addEventListener("change", repaint);
  new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  // Nothing that drawing waits for is still to come, so what is not drawn yet is drawn before the page is printed.
  addEventListener("beforeprint", () => charts.forEach((chart) => {
    if (chart.view) paint(chart, "light");
    else draw(chart, "light");
  }));
  addEventListener("afterprint", repaint);
})();
