/* Tables: trees that fold, and pinned columns that know their width. Without this file every row is open, which is right too. */
(function () {
  "use strict";

  function rows(table) {
    return Array.prototype.slice.call(table.querySelectorAll("tr[data-tree-id]"));
  }

  function toggleOf(row) {
    return row.querySelector("[data-tree-toggle]");
  }

  function isOpen(row) {
    var toggle = toggleOf(row);
    return !toggle || toggle.getAttribute("aria-expanded") === "true";
  }

  function setOpen(row, open) {
    var toggle = toggleOf(row);
    if (toggle) {
      toggle.setAttribute("aria-expanded", String(open));
    }
  }

  /* one walk from top to bottom: a row shows when its parent shows and is open */
  function layOut(table) {
    var shown = {};
    rows(table).forEach(function (row) {
      var parent = row.dataset.treeParent;
      var visible = !parent || !(parent in shown) || shown[parent];
      row.hidden = !visible;
      row.toggleAttribute("data-tree-hidden", !visible);
      shown[row.dataset.treeId] = visible && isOpen(row);
    });
  }

  function remember(table) {
    if (!table.id) {
      return;
    }
    var closed = rows(table)
      .filter(function (row) {
        return !isOpen(row);
      })
      .map(function (row) {
        return row.dataset.treeId;
      });
    try {
      sessionStorage.setItem("tree:" + location.pathname + table.id, JSON.stringify(closed));
    } catch (refused) {
      /* then the tree forgets, nothing worse */
    }
  }

  function recall(table) {
    var closed = null;
    try {
      closed = JSON.parse(sessionStorage.getItem("tree:" + location.pathname + table.id));
    } catch (refused) {
      closed = null;
    }
    /* on a phone a long tree starts folded: data-tree-phone names the rows */
    var folded = table.dataset.treePhone;
    if (!closed && folded && window.matchMedia("(max-width: 640px)").matches) {
      closed = rows(table)
        .filter(function (row) {
          return row.matches(folded);
        })
        .map(function (row) {
          return row.dataset.treeId;
        });
    }
    if (closed) {
      rows(table).forEach(function (row) {
        setOpen(row, closed.indexOf(row.dataset.treeId) < 0);
      });
    }
  }

  /* what an address names within a folded branch comes to light */
  function reveal() {
    var named = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var row = named && named.closest("tr[data-tree-hidden]");
    if (!row) {
      return;
    }
    var table = row.closest("table");
    for (var parent = row.dataset.treeParent; parent; ) {
      var above = table.querySelector('tr[data-tree-id="' + parent + '"]');
      if (above) {
        setOpen(above, true);
      }
      parent = above && above.dataset.treeParent;
    }
    layOut(table);
    named.scrollIntoView();
  }

  document.addEventListener("click", function (event) {
    if (!(event.target instanceof Element)) {
      return;
    }
    var toggle = event.target.closest("[data-tree-toggle]");
    if (toggle) {
      var row = toggle.closest("tr");
      setOpen(row, !isOpen(row));
      layOut(row.closest("table"));
      remember(row.closest("table"));
      return;
    }
    var all = event.target.closest("[data-tree-all]");
    if (all) {
      var table = document.getElementById(all.dataset.treeFor);
      if (table) {
        rows(table).forEach(function (each) {
          setOpen(each, all.dataset.treeAll === "open");
        });
        layOut(table);
        remember(table);
      }
    }
  });

  /* ---- pinned columns: the second starts where the first ends ---- */

  function measurePins(root) {
    root.querySelectorAll("table").forEach(function (table) {
      var first = table.querySelector("thead .pin-1");
      if (first && table.querySelector(".pin-2")) {
        table.style.setProperty("--pin-1-width", first.getBoundingClientRect().width + "px");
      }
    });
  }

  function prepare(root) {
    var trees = root.querySelectorAll("table[data-tree]");
    Array.prototype.forEach.call(trees, function (table) {
      if (table.id) {
        recall(table);
      }
      layOut(table);
    });
    measurePins(root);
  }

  prepare(document);
  reveal();
  window.addEventListener("hashchange", reveal);
  document.addEventListener("htmx:load", function (event) {
    var table = event.detail.elt.closest("table[data-tree]");
    if (table) {
      layOut(table);
    }
    prepare(event.detail.elt);
  });
  window.addEventListener("resize", function () {
    measurePins(document);
  });
})();
