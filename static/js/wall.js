// The wall chart on a wall: turns its pages, asks for news without a flicker, says when its data has grown old.
// Space pauses, the arrow keys turn, F fills the screen. Without this file all pages stand beneath each other.
"use strict";

(() => {
  const ASK = 8000;
  const STALE = 60000;
  const stage = document.querySelector("[data-wall]");
  if (!stage) return;

  const part = (root, name) => root.querySelector(`[data-wall-part="${name}"]`);
  const pages = () => [...stage.querySelectorAll("[data-wall-page]")];
  const dots = () => [...stage.querySelectorAll("[data-wall-dot]")];
  const pauser = stage.querySelector("[data-wall-pause]");
  const every = Number(stage.dataset.every) * 1000;
  let address = stage.dataset.wall;
  let shown = 0;
  let turned = Date.now();
  let answered = Date.now();
  let paused = false;
  let asking = false;

  const show = (page) => {
    const all = pages();
    if (!all.length) return;
    shown = (page + all.length) % all.length;
    all.forEach((each, place) => {
      each.hidden = place !== shown;
    });
    dots().forEach((each, place) => {
      if (place === shown) each.setAttribute("aria-current", "page");
      else each.removeAttribute("aria-current");
    });
  };

  const turn = (page) => {
    turned = Date.now();
    show(page);
  };

  const pause = (wanted) => {
    paused = wanted;
    turned = Date.now();
    pauser.setAttribute("aria-pressed", String(paused));
    pauser.textContent = paused ? pauser.dataset.go : pauser.dataset.stop;
  };

  const clock = (answer) => {
    const said = Date.parse(answer.headers.get("Date") || "");
    const at = new Date(Number.isNaN(said) ? Date.now() : said);
    const words = at.toLocaleTimeString("en-GB", { timeZone: "Asia/Shanghai" });
    stage.querySelectorAll("[data-wall-clock]").forEach((each) => {
      each.textContent = words;
    });
  };

  const renew = (text) => {
    const found = new DOMParser().parseFromString(text, "text/html").querySelector("[data-wall]");
    if (!found) return false;
    // Everything is put in place at once, before the browser draws again.
    ["top", "pages", "dots"].forEach((name) => {
      part(stage, name).replaceChildren(...part(found, name).childNodes);
    });
    address = found.dataset.wall;
    show(Math.min(shown, Math.max(0, pages().length - 1)));
    return true;
  };

  const ask = async () => {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store", signal: AbortSignal.timeout(20000) });
      const known = answer.status === 204 || (answer.ok && renew(await answer.text()));
      if (known) {
        answered = Date.now();
        clock(answer);
      }
    } catch (unanswered) {
      // told below once it lasts
    } finally {
      asking = false;
      warn();
    }
  };

  const warn = () => {
    stage.querySelector("[data-wall-stale]").hidden = Date.now() - answered <= STALE;
  };

  const fill = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (stage.requestFullscreen) stage.requestFullscreen();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.target instanceof Element && event.target.closest("button, a");
    if (event.key === " " && !onButton) pause(!paused);
    else if (event.key === "ArrowRight" || event.key === "PageDown") turn(shown + 1);
    else if (event.key === "ArrowLeft" || event.key === "PageUp") turn(shown - 1);
    else if (event.key === "f" || event.key === "F") fill();
    else return;
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    const dot = target.closest("[data-wall-dot]");
    if (dot) turn(dots().indexOf(dot));
    else if (target.closest("[data-wall-pause]")) pause(!paused);
    else if (target.closest("[data-wall-fill]")) fill();
  });

  // Whoever follows a bar with the keyboard keeps the page under it.
  stage.addEventListener("focusin", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-wall-page]")) pause(true);
  });

  stage.classList.add("wall-turning");
  show(0);
  setInterval(() => {
    if (!paused && pages().length > 1 && Date.now() - turned >= every) turn(shown + 1);
    warn();
  }, 500);
  setInterval(ask, ASK);
})();
