"use strict";
// Figures lie in the page as JSON; colours in them are names of CSS variables, so that light, dark and print fit.
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const drawn = new Set();
  const narrow = () => window.innerWidth < 620;
  // A finger that goes up and down over a figure wants to scroll the page.
  const finger = matchMedia("(pointer: coarse)");
  const PAPER_PX = 700;
  // What the shortest usual sheet has left under a heading and its words.
  const SHEET_PX = 820;
  let printing = false;

  const painted = (value, style) => {
    if (typeof value === "string") {
      const name = /^var\((--[a-z]+)\)$/.exec(value);
      return name ? style.getPropertyValue(name[1]).trim() : value;
    }
    if (Array.isArray(value)) return value.map((item) => painted(item, style));
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, painted(item, style)]));
    }
    return value;
  };

  // Paper is white whatever the screen is: its colours are those of the light page.
  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    if (!printing) return style;
    const light = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
      .find((rule) => rule.selectorText === ":root");
    return light.style;
  };

  const draw = (place) => {
    const figure = painted(figures[place.id], colours());
    if (printing) {
      // Low enough for a page to hold it with its text, or two alerts.
      const width = place.id === "timeline" ? PAPER_PX : PAPER_PX - 30;
      const height = Math.min(figure.layout.height * 0.66, SHEET_PX);
      Object.assign(figure.layout, { width, height, autosize: false });
      // Lanes are as much lower: numbers and names must still stand clear of each other.
      for (const trace of figure.data) if (trace.mode === "markers+text") trace.marker.size = 13;
      for (const note of figure.layout.annotations) {
        if (/^y/.test(note.yref)) Object.assign(note, { yshift: 5, font: { ...note.font, size: 9 } });
      }
    } else if (narrow()) {
      figure.layout.margin.l = 36;
      figure.layout.xaxis.nticks = 5;
      if (figure.layout.legend) {
        // The legend takes more lines there.
        figure.layout.height += 50;
        figure.layout.margin.b += 50;
      }
    }
    if (finger.matches) {
      figure.layout.dragmode = false;
      for (const [key, axis] of Object.entries(figure.layout)) {
        if (/^[xy]axis/.test(key)) axis.fixedrange = true;
      }
    }
    const closer = ["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"];
    const config = {
      responsive: true, displaylogo: false, displayModeBar: "hover",
      modeBarButtons: [[...(finger.matches ? [] : closer), "toImage"]],
    };
    const first = !drawn.has(place);
    drawn.add(place);
    return Plotly.react(place, figure.data, figure.layout, config).then(() => {
      place.dataset.drawn = "yes";
      if (first) {
        place.on("plotly_click", (event) => {
          const target = event.points[0].customdata && document.getElementById(event.points[0].customdata);
          if (target) target.scrollIntoView({ behavior: "smooth" });
        });
      }
    });
  };

  const places = [...document.querySelectorAll(".figure")];
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        watch.unobserve(entry.target);
        draw(entry.target);
      }
    }
  }, { rootMargin: "600px" });
  for (const place of places) {
    place.style.minHeight = `${figures[place.id].layout.height}px`;
    watch.observe(place);
  }
  const redraw = (onPaper) => {
    printing = onPaper;
    for (const place of places) {
      // Nothing of the other size may stay.
      if (drawn.delete(place)) Plotly.purge(place);
      draw(place);
    }
  };
  window.addEventListener("beforeprint", () => redraw(true));
  window.addEventListener("afterprint", () => redraw(false));
  finger.addEventListener("change", () => drawn.forEach(draw));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach(draw));
})();
