/* Leafing through evidence by the arrow keys. */
(function () {
  "use strict";

  var sides = { ArrowLeft: "left", ArrowRight: "right" };

  document.addEventListener("keydown", function (event) {
    var typing = event.target instanceof Element && event.target.closest("input, textarea, select, summary, pre");
    var side = sides[event.key];
    if (!side || typing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    var link = document.querySelector('[data-leaf="' + side + '"]');
    if (link) {
      event.preventDefault();
      link.click();
    }
  });
})();
