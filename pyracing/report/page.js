"use strict";
(() => {
  // What is folded is printed too.
  addEventListener("beforeprint", () => {
    for (const element of document.querySelectorAll("details:not([open])")) {
      element.open = true;
      element.dataset.closed = "";
    }
  });
  addEventListener("afterprint", () => {
    for (const element of document.querySelectorAll("details[data-closed]")) {
      element.open = false;
      delete element.dataset.closed;
    }
  });

  // A chart can be saved as a picture of its own.
  const { charts, draw } = window.pyracingCharts || { charts: [] };
  for (const paragraph of document.querySelectorAll("p.save")) paragraph.hidden = false;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-save]");
    if (!button) return;
    const figure = button.closest("figure");
    const chart = charts.find(({ element }) => figure.contains(element));
    if (!chart) return;
    await draw(chart);
    if (!chart.view) return;
    const kind = button.dataset.save;
    const href = await chart.view.view.toImageURL(kind, 2);
    Object.assign(document.createElement("a"), { href, download: `${figure.id}.${kind}` }).click();
  });
})();
