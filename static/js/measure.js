/* Forms of measures: a report in a list closes by Cancel or Escape; after an act the page shows what came of it. */
(function () {
  "use strict";

  function closeReport(element) {
    var row = element.closest("[data-report]");
    if (row) {
      row.remove();
    }
  }

  document.addEventListener("click", function (event) {
    if (event.target instanceof Element && event.target.closest("[data-report-cancel]")) {
      closeReport(event.target);
    }
  });

  document.addEventListener("keydown", function (event) {
    var field = event.target;
    if (event.key === "Escape" && field instanceof Element && field.closest("[data-report]") && !field.value) {
      closeReport(field);
    }
  });

  /* a report opened in a list: writing can begin */
  document.addEventListener("htmx:load", function (event) {
    var field = event.detail.elt.matches("[data-report]") && event.detail.elt.querySelector("[data-stepper] input, textarea");
    if (field && !event.detail.elt.querySelector("[data-error-summary], .conflict")) {
      field.focus();
    }
  });

  /* an act opened: its first field is where one wants to be; an act done: its message is */
  document.addEventListener("htmx:afterSettle", function (event) {
    if (event.detail.target !== document.body || document.querySelector("[data-error-summary]")) {
      return;
    }
    var told = document.querySelector("#messages .notice, .acts > .notice");
    if (told) {
      window.scrollTo(0, 0);
      return;
    }
    var field = document.querySelector("#act .panel textarea, #act .panel input:not([type=hidden]), #act .panel select");
    if (field) {
      field.focus();
    }
  });
})();
