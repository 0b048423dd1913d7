// A dashboard that is open asks every few seconds whether anything changed (templates/dashboards/frame.html); when no answer
// came for a minute it says so. What was unfolded or scrolled inside the renewed part stays as it was.
"use strict";

(() => {
  const STALE = 60000;
  let answered = Date.now();
  let unfolded = new Set();
  let scrolled = new Map();

  const asks = (event) => event.target instanceof Element && event.target.matches("[data-live]");

  const warn = () => {
    const stale = Date.now() - answered > STALE;
    document.querySelectorAll("[data-live-warning]").forEach((each) => {
      each.hidden = !stale;
    });
  };

  document.addEventListener("htmx:afterRequest", (event) => {
    if (asks(event) && event.detail.xhr && [200, 204].includes(event.detail.xhr.status)) {
      answered = Date.now();
      warn();
    }
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!asks(event)) return;
    unfolded = new Set([...event.target.querySelectorAll("details[open][id]")].map((each) => each.id));
    scrolled = new Map([...event.target.querySelectorAll("[data-keep-scroll][id]")].map((each) => [each.id, each.scrollLeft]));
  });

  document.addEventListener("htmx:afterSwap", () => {
    unfolded.forEach((id) => {
      const found = document.getElementById(id);
      if (found) found.open = true;
    });
    scrolled.forEach((left, id) => {
      const found = document.getElementById(id);
      if (found) found.scrollLeft = left;
    });
    document.dispatchEvent(new CustomEvent("live:renewed"));
  });

  setInterval(warn, 5000);
})();
