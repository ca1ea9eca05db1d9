"use strict";
// Figures lie in the page as JSON; colours in them are names of CSS variables, so that light, dark and print fit.
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const drawn = new Set();
  const narrow = () => window.innerWidth < 620;

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

  const draw = (place) => {
    const style = getComputedStyle(document.documentElement);
    const figure = painted(figures[place.id], style);
    if (narrow()) {
      figure.layout.margin.l = 36;
      for (const axis of Object.values(figure.layout)) {
        if (axis && axis.type === "category") Object.assign(axis, { automargin: false, ticklabelposition: "inside" });
      }
    }
    const config = {
      responsive: true, displaylogo: false, displayModeBar: "hover",
      modeBarButtons: [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
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
  window.addEventListener("beforeprint", () => places.forEach(draw));
  window.addEventListener("afterprint", () => places.forEach(draw));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawn.forEach(draw));
})();
