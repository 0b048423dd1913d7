/* What every page needs: menus that close, dialogs, appearance, shortcuts, a guard over unsaved words, and plain words
   when a request of htmx fails. Listeners sit on the document, so that swapped-in parts work without being wired. */
(function () {
  "use strict";

  function closest(event, selector) {
    return event.target instanceof Element ? event.target.closest(selector) : null;
  }

  /* ---- menus and chips: one open at a time, closed by Escape or a click elsewhere ---- */

  var FLOATING = "details[data-menu]";

  function closeMenus(except) {
    document.querySelectorAll(FLOATING + "[open]").forEach(function (menu) {
      if (!except || !menu.contains(except)) {
        menu.open = false;
      }
    });
  }

  document.addEventListener("click", function (event) {
    closeMenus(event.target);
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") {
      return;
    }
    var menu = closest(event, FLOATING + "[open]");
    closeMenus(null);
    if (menu) {
      menu.querySelector("summary").focus();
    }
  });

  /* ---- dialogs: the opener is a link to a page that does the same without scripts ---- */

  document.addEventListener("click", function (event) {
    var opener = closest(event, "[data-dialog-open]");
    if (opener && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      var dialog = document.getElementById(opener.dataset.dialogOpen);
      if (dialog && dialog.showModal) {
        event.preventDefault();
        dialog.showModal();
      }
      return;
    }
    var closer = closest(event, "[data-dialog-close]");
    if (closer) {
      var open = closer.closest("dialog");
      if (open) {
        event.preventDefault();
        open.close();
      }
      return;
    }
    /* a click on the veil is a click on the dialog element itself, outside its box */
    if (event.target instanceof HTMLDialogElement) {
      var box = event.target.getBoundingClientRect();
      if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom) {
        event.target.close();
      }
    }
  });

  /* ---- appearance ---- */

  function showAppearance() {
    var current = "system";
    try {
      current = localStorage.getItem("appearance") || "system";
    } catch (refused) {
      /* nothing stored */
    }
    document.querySelectorAll("[data-appearance]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.appearance === current));
    });
  }

  document.addEventListener("click", function (event) {
    var button = closest(event, "[data-appearance]");
    if (!button) {
      return;
    }
    var chosen = button.dataset.appearance;
    try {
      if (chosen === "system") {
        localStorage.removeItem("appearance");
      } else {
        localStorage.setItem("appearance", chosen);
      }
    } catch (refused) {
      /* it then holds for this page only */
    }
    if (chosen === "system") {
      delete document.documentElement.dataset.theme;
    } else {
      document.documentElement.dataset.theme = chosen;
    }
    showAppearance();
  });
  showAppearance();

  /* ---- shortcuts and small acts ---- */

  document.addEventListener("keydown", function (event) {
    var typing = closest(event, "input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      var search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
      }
    }
  });

  /* over plain http, as on many a closed network, browsers give no clipboard but the old way of copying */
  function copy(text) {
    if (navigator.clipboard) {
      return navigator.clipboard.writeText(text);
    }
    var place = document.createElement("textarea");
    place.value = text;
    place.className = "visually-hidden";
    document.body.append(place);
    place.select();
    var copied = document.execCommand("copy");
    place.remove();
    return copied ? Promise.resolve() : Promise.reject(new Error("not copied"));
  }

  document.addEventListener("click", function (event) {
    if (closest(event, "[data-print]")) {
      window.print();
    }
    var copier = closest(event, "[data-copy]");
    if (copier) {
      copy(copier.dataset.copy).then(function () {
        say("success", copier.dataset.copied || copier.dataset.copy);
      });
    }
  });

  document.addEventListener("change", function (event) {
    var field = closest(event, "[data-autosubmit]");
    if (field && field.form) {
      field.form.requestSubmit ? field.form.requestSubmit() : field.form.submit();
    }
  });

  /* ---- unsaved words: ask before they are lost ---- */

  var unsaved = new Set();

  document.addEventListener("input", function (event) {
    var form = closest(event, "form[data-guard]");
    if (form) {
      unsaved.add(form);
    }
  });

  document.addEventListener("submit", function (event) {
    unsaved.delete(event.target);
  });

  window.addEventListener("beforeunload", function (event) {
    unsaved.forEach(function (form) {
      if (!form.isConnected) {
        unsaved.delete(form);
      }
    });
    if (unsaved.size) {
      event.preventDefault();
      event.returnValue = "";
    }
  });

  /* ---- words for requests that fail ---- */

  function word(name) {
    return document.body.dataset["say" + name] || "";
  }

  function say(kind, text) {
    var area = document.getElementById("messages");
    if (!area || !text) {
      return;
    }
    var notice = document.createElement("div");
    notice.className = "notice notice-" + kind;
    var body = document.createElement("div");
    body.className = "notice-body";
    body.textContent = text;
    notice.appendChild(body);
    area.replaceChildren(notice);
    notice.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("htmx:beforeSwap", function (event) {
    var text = event.detail.xhr.responseText || "";
    if (!/^\s*<!doctype/i.test(text)) {
      return;
    }
    /* a whole page came where a part was asked for: a sign-in page or a problem page. Never put it into a row. */
    var page = new DOMParser().parseFromString(text, "text/html");
    if (page.body.dataset.page === "sign-in") {
      event.detail.shouldSwap = false;
      say("warning", word("SignedOut"));
    } else if (page.body.dataset.page === "problem") {
      event.detail.shouldSwap = false;
      var words = page.querySelector("[data-problem]");
      say("error", words ? words.textContent.replace(/\s+/g, " ").trim() : word("Problem"));
    }
  });

  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.detail.successful && event.detail.elt instanceof Element) {
      var form = event.detail.elt.closest("form[data-guard]");
      if (form) {
        unsaved.delete(form);
      }
    }
  });

  document.addEventListener("htmx:responseError", function (event) {
    if (event.detail.xhr.status >= 500) {
      say("error", word("Problem"));
    }
  });

  ["htmx:sendError", "htmx:timeout"].forEach(function (name) {
    document.addEventListener(name, function () {
      say("error", word("Offline"));
    });
  });

  /* a thin line on top, only when an answer takes longer than a moment */
  var waiting = 0;
  var timer = null;

  document.addEventListener("htmx:beforeRequest", function () {
    waiting += 1;
    if (!timer) {
      timer = window.setTimeout(function () {
        document.documentElement.classList.add("loading");
      }, 300);
    }
  });

  document.addEventListener("htmx:afterRequest", function () {
    waiting = Math.max(0, waiting - 1);
    if (!waiting) {
      window.clearTimeout(timer);
      timer = null;
      document.documentElement.classList.remove("loading");
    }
  });
})();
