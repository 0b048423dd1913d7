/* Fields that help: percent stepper, text areas that grow, files dropped on a row, Enter that moves on. */
(function () {
  "use strict";

  function inputEvent(field, name) {
    field.dispatchEvent(new Event(name, { bubbles: true }));
  }

  /* ---- percent stepper ---- */

  function bounds(input) {
    return {
      min: input.min === "" ? -Infinity : Number(input.min),
      max: input.max === "" ? Infinity : Number(input.max),
    };
  }

  function showBounds(input) {
    var holder = input.closest("[data-stepper]");
    var range = bounds(input);
    var value = Number(input.value || 0);
    holder.querySelectorAll("[data-step]").forEach(function (button) {
      button.disabled = Number(button.dataset.step) < 0 ? value <= range.min : value >= range.max;
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target instanceof Element ? event.target.closest("[data-step]") : null;
    if (!button) {
      return;
    }
    var input = button.closest("[data-stepper]").querySelector("input");
    var range = bounds(input);
    var step = Number(button.dataset.step);
    /* to the next full step: 43 goes to 45, not to 48 */
    var size = Math.abs(step);
    var value = Number(input.value || 0) / size;
    var next = (step > 0 ? Math.floor(value) + 1 : Math.ceil(value) - 1) * size;
    input.value = String(Math.min(range.max, Math.max(range.min, next)));
    inputEvent(input, "input");
    inputEvent(input, "change");
  });

  document.addEventListener("input", function (event) {
    if (event.target instanceof Element && event.target.closest("[data-stepper]")) {
      showBounds(event.target);
    }
  });

  /* ---- text areas grow with their words ---- */

  function grow(area) {
    if (!area.offsetParent) {
      return;
    }
    area.style.height = "auto";
    area.style.height = area.scrollHeight + (area.offsetHeight - area.clientHeight) + "px";
  }

  document.addEventListener("input", function (event) {
    if (event.target instanceof HTMLTextAreaElement && event.target.matches("[data-autosize]")) {
      grow(event.target);
    }
  });

  document.addEventListener(
    "toggle",
    function (event) {
      if (event.target instanceof Element) {
        event.target.querySelectorAll("textarea[data-autosize]").forEach(grow);
      }
    },
    true
  );

  /* ---- Enter goes to the next field of a list; Ctrl+Enter sends the row ---- */

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.isComposing || !(event.target instanceof Element)) {
      return;
    }
    var list = event.target.closest("[data-enter-next]");
    if (!list) {
      return;
    }
    var form = event.target.form;
    if ((event.ctrlKey || event.metaKey) && form) {
      event.preventDefault();
      /* where a form has several rows, each has a button of its own */
      var row = event.target.closest("[data-enter-row]");
      var send = row ? row.querySelector("[data-enter-sends]") : null;
      if (!row || send) {
        form.requestSubmit ? form.requestSubmit(send) : form.submit();
      }
      return;
    }
    if (!event.target.matches("input:not([type=submit]), select")) {
      return;
    }
    event.preventDefault();
    var fields = Array.prototype.filter.call(
      list.querySelectorAll("input, select, textarea"),
      function (field) {
        return !field.disabled && !field.readOnly && field.type !== "hidden" && field.offsetParent;
      }
    );
    var next = fields[fields.indexOf(event.target) + 1];
    if (next) {
      next.focus();
    }
  });

  /* ---- files: dropped on the row, listed, checked for size before they travel ---- */

  function size(bytes) {
    return bytes < 1048576 ? Math.max(1, Math.round(bytes / 1024)) + " KB" : (bytes / 1048576).toFixed(1) + " MB";
  }

  function listFiles(input) {
    var drop = input.closest("[data-drop]");
    var list = drop.querySelector("[data-drop-list]");
    var limit = Number(drop.dataset.maxBytes || 0);
    var tooLarge = false;
    list.replaceChildren();
    Array.prototype.forEach.call(input.files, function (file) {
      var line = document.createElement("li");
      var name = document.createElement("span");
      name.textContent = file.name;
      var note = document.createElement("span");
      note.className = "muted nowrap";
      note.textContent = size(file.size);
      line.append(name, note);
      if (limit && file.size > limit) {
        tooLarge = true;
        line.className = "drop-bad";
        note.className = "nowrap";
        note.textContent = size(file.size) + " · " + (drop.dataset.sayTooLarge || "");
      }
      list.appendChild(line);
    });
    input.setCustomValidity(tooLarge ? drop.dataset.sayTooLarge || "!" : "");
  }

  document.addEventListener("change", function (event) {
    if (event.target instanceof HTMLInputElement && event.target.type === "file" && event.target.closest("[data-drop]")) {
      listFiles(event.target);
    }
  });

  /* the whole element marked data-drop-zone (a row) takes the file; the drop field inside it receives it */
  function zone(event) {
    if (!(event.target instanceof Element) || !event.dataTransfer) {
      return null;
    }
    var carriesFiles = Array.prototype.indexOf.call(event.dataTransfer.types, "Files") >= 0;
    return carriesFiles ? event.target.closest("[data-drop-zone], [data-drop]") : null;
  }

  function dropOf(element) {
    return element.matches("[data-drop]") ? element : element.querySelector("[data-drop]");
  }

  ["dragenter", "dragover"].forEach(function (name) {
    document.addEventListener(name, function (event) {
      var place = zone(event);
      if (place && dropOf(place)) {
        event.preventDefault();
        dropOf(place).classList.add("drop-over");
      }
    });
  });

  document.addEventListener("dragleave", function (event) {
    var place = zone(event);
    if (place && dropOf(place) && !place.contains(event.relatedTarget)) {
      dropOf(place).classList.remove("drop-over");
    }
  });

  document.addEventListener("drop", function (event) {
    var place = zone(event);
    var drop = place && dropOf(place);
    if (!drop) {
      return;
    }
    event.preventDefault();
    drop.classList.remove("drop-over");
    var input = drop.querySelector("input[type=file]");
    if (input.disabled) {
      return;
    }
    var carrier = new DataTransfer();
    if (input.multiple) {
      Array.prototype.forEach.call(input.files, function (file) {
        carrier.items.add(file);
      });
    }
    var dropped = input.multiple ? event.dataTransfer.files : [event.dataTransfer.files[0]];
    Array.prototype.forEach.call(dropped, function (file) {
      carrier.items.add(file);
    });
    input.files = carrier.files;
    inputEvent(input, "input");
    inputEvent(input, "change");
  });

  /* ---- parts that arrive later ---- */

  function prepare(root) {
    root.querySelectorAll("[data-stepper] input").forEach(showBounds);
    root.querySelectorAll("textarea[data-autosize]").forEach(grow);
    /* the first wrong field of a form that came back is where one wants to be */
    var wrong = root.querySelector("[data-error-summary]");
    if (wrong) {
      wrong.focus();
    }
  }

  prepare(document);
  document.addEventListener("htmx:load", function (event) {
    prepare(event.detail.elt);
  });
})();
