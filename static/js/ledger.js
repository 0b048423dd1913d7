/* The ledger: reporting in place. The form opens under its row; once sent, the row and the figures are fetched anew. */
(function () {
  "use strict";

  /* what stands right under a row and is no branch of the tree: the form of a report, or word that it was saved */
  function under(row) {
    var next = row && row.nextElementSibling;
    return next && !next.hasAttribute("data-tree-id") ? next : null;
  }

  function firstField(place) {
    return place.querySelector("input:not([type=hidden]), textarea, select");
  }

  document.addEventListener("htmx:beforeRequest", function (event) {
    var button = event.detail.elt;
    if (!(button instanceof Element) || !button.matches("[data-report-open]")) {
      return;
    }
    var open = under(button.closest("tr"));
    var field = open && firstField(open);
    if (field) {
      /* what was typed there stays */
      event.preventDefault();
      field.focus();
    } else if (open) {
      open.remove();
    }
  });

  document.addEventListener("measure-changed", function (event) {
    var row = document.getElementById("m" + event.detail.pk);
    if (row && row.dataset.rowUrl) {
      window.htmx.ajax("GET", row.dataset.rowUrl, { target: row, swap: "outerHTML" });
    }
  });

  /* a form goes out of sight with its row, and comes back with it */
  document.addEventListener("click", function (event) {
    if (!(event.target instanceof Element) || !event.target.closest("[data-tree-toggle], [data-tree-all]")) {
      return;
    }
    document.querySelectorAll("table.ledger > tbody > tr:not([data-tree-id])").forEach(function (form) {
      if (form.previousElementSibling) {
        form.hidden = form.previousElementSibling.hidden;
      }
    });
  });
})();
