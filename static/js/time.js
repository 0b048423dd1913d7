// The slider over the frozen weeks: while it is moved it says which week it stands at, and when it is let go that week is shown.
"use strict";

(() => {
  document.querySelectorAll("[data-time-slider]").forEach((slider) => {
    const range = slider.querySelector("input[type=range]");
    const stops = [...slider.querySelectorAll("[data-url]")];
    if (!range) return;
    range.addEventListener("input", () => {
      stops.forEach((stop, place) => {
        stop.hidden = place !== Number(range.value);
      });
      range.setAttribute("aria-valuetext", stops[Number(range.value)].textContent.trim());
    });
    range.addEventListener("change", () => {
      window.location.assign(stops[Number(range.value)].dataset.url);
    });
  });
})();
