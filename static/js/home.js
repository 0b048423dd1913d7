/* Reporting from a home's list: after something about a measure was saved its row is asked for again, and a form that is
   open already is not opened twice. Without this file the buttons lead to the measure's page. */
(function () {
  "use strict";

  document.addEventListener("measure-changed", function (event) {
    var pk = event.detail && event.detail.pk;
    document.querySelectorAll('[data-measure="' + Number(pk) + '"]').forEach(function (row) {
      window.htmx.trigger(row, "row-changed");
    });
  });

  document.addEventListener("htmx:beforeRequest", function (event) {
    var button = event.detail.elt;
    if (!(button instanceof Element) || !button.matches("[data-report-open]")) {
      return;
    }
    var next = button.closest("tr").nextElementSibling;
    if (next && next.matches("[data-report]") && next.querySelector("form")) {
      event.preventDefault();
      var field = next.querySelector("form textarea, form input:not([type=hidden])");
      if (field) {
        field.focus();
      }
    }
  });
})();
