/* Runs before the page is painted: marks that scripts work, and applies a chosen appearance, so that nothing flashes. */
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("scripted");
  var chosen = null;
  try {
    chosen = localStorage.getItem("appearance");
  } catch (refused) {
    /* storage may be forbidden; the system's own setting then holds */
  }
  if ((chosen === "light" || chosen === "dark") && !root.dataset.theme) {
    root.dataset.theme = chosen;
  }
})();
