/* This week's lines: what is typed is kept on the server by itself, and the keys lead through the whole list.

   Each line has one request on its way at most; what was typed meanwhile goes with the next one, so the newest wins. */
(function () {
  "use strict";

  var PAUSE = 1500;
  var AGAIN = 10000;
  var LONGEST = 15000;
  var FIELDS = ["progress", "done", "next_step", "difficulty", "reason"];

  var form = document.querySelector("form[data-week]");
  if (!form || !window.fetch) {
    return;
  }

  /* line -> {timer, sending: the request on its way, dirty: typed and not kept, held: waits for its writer, failed: not
     again by itself, offline: no answer came} */
  var states = new Map();

  function stateOf(line) {
    if (!states.has(line)) {
      states.set(line, { timer: 0, sending: null, dirty: false, held: false, failed: false, offline: false });
    }
    return states.get(line);
  }

  function lineOf(element) {
    /* what is asked of another department is no part of the draft */
    if (!(element instanceof Element) || element.closest("[data-apart]")) {
      return null;
    }
    return element.closest("[data-save]");
  }

  function field(line, name) {
    return line.querySelector('[name="' + name + "-" + line.dataset.line + '"]');
  }

  function fieldsOf(line) {
    return FIELDS.map(function (name) {
      return field(line, name);
    }).filter(Boolean);
  }

  function word(name) {
    return form.dataset["say" + name] || document.body.dataset["say" + name] || "";
  }

  function clockOf(moment) {
    var shown = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: form.dataset.zone };
    return moment ? new Intl.DateTimeFormat("en-GB", shown).format(new Date(moment)) : "";
  }

  /* ---- what the note at a line says ---- */

  function note(line, text, wrong) {
    var place = line.querySelector("[data-note]");
    place.className = wrong ? "week-note field-error" : "week-note saved";
    place.replaceChildren();
    if (!wrong) {
      var sign = line.querySelector("template[data-sign]");
      place.append(sign.content.cloneNode(true));
    }
    var words = document.createElement("span");
    words.textContent = text;
    place.append(words);
    return place;
  }

  function button(place, text, act) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "button button-small button-quiet";
    made.textContent = text;
    made.addEventListener("click", act);
    place.append(made);
  }

  function showState(line, answer) {
    var chip = line.querySelector(".state");
    if (!chip || answer.state !== "saved") {
      return;
    }
    chip.className = "state state-in_progress";
    chip.dataset.status = answer.state;
    chip.querySelector(".state-word").textContent = answer.state_label;
    var use = chip.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*$/, "#state-in_progress"));
  }

  /* ---- keeping ---- */

  function token() {
    /* the newest one: signing in again in another window brings another one */
    var kept = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
    return kept ? kept[1] : form.querySelector("[name=csrfmiddlewaretoken]").value;
  }

  function typed(line) {
    var data = { version: Number(field(line, "version").value) };
    FIELDS.forEach(function (name) {
      var found = field(line, name);
      if (found) {
        data[name] = name === "progress" ? (found.value === "" ? null : Number(found.value)) : found.value;
      }
    });
    return data;
  }

  function ask(line) {
    return window.fetch(line.dataset.save, {
      method: "POST",
      credentials: "same-origin",
      /* a page that goes may still send, but little; see the limit of fetch */
      keepalive: document.visibilityState === "hidden",
      signal: window.AbortSignal && AbortSignal.timeout ? AbortSignal.timeout(LONGEST) : undefined,
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": token(),
        "Accept-Language": document.documentElement.lang,
      },
      body: JSON.stringify(typed(line)),
    });
  }

  function later(line, wait) {
    var state = stateOf(line);
    window.clearTimeout(state.timer);
    state.timer = window.setTimeout(function () {
      save(line);
    }, wait);
  }

  function save(line) {
    var state = stateOf(line);
    window.clearTimeout(state.timer);
    if (!state.dirty || state.held || state.sending) {
      return;
    }
    state.dirty = false;
    state.sending = ask(line)
      .then(
        function (response) {
          return response.json().then(
            function (answer) {
              answered(line, response, answer);
            },
            function () {
              failed(line, word("Problem"));
            }
          );
        },
        function () {
          state.offline = true;
          failed(line, word("Again"));
          later(line, AGAIN);
        }
      )
      .finally(function () {
        state.sending = null;
        if (state.dirty && !state.held && !state.failed) {
          save(line);
        }
      });
  }

  function failed(line, text) {
    var state = stateOf(line);
    state.dirty = state.failed = true;
    note(line, text, true);
  }

  function answered(line, response, answer) {
    var state = stateOf(line);
    state.failed = state.offline = false;
    if (response.ok) {
      field(line, "version").value = answer.version;
      note(line, word("Saved") + " " + clockOf(answer.drafted_at), false);
      showState(line, answer);
    } else if (response.status === 409 && answer.current) {
      state.dirty = state.held = true;
      conflict(line, answer);
    } else if (response.status === 401) {
      failed(line, word("SignedOut"));
    } else {
      failed(line, response.status >= 500 ? word("Problem") : answer.detail || word("Problem"));
    }
  }

  /* ---- somebody else was there first ---- */

  function conflict(line, problem) {
    var now = problem.current;
    var place = note(line, problem.detail, true);
    if (now.available_acts.indexOf("save") < 0) {
      var what = document.createElement("span");
      what.textContent = now.state_label + " · " + word("Moved");
      var link = document.createElement("a");
      link.href = form.getAttribute("action") + "#" + line.id;
      link.textContent = word("Reload");
      /* the same address with another anchor would not load the page anew */
      link.addEventListener("click", function (event) {
        event.preventDefault();
        window.location.hash = line.id;
        window.location.reload();
      });
      place.append(what, link);
      return;
    }
    var theirs = now.draft || { progress: now.before.progress, done: "", next_step: "", difficulty: "" };
    var shown = document.createElement("blockquote");
    shown.className = "quote";
    var percent = theirs.progress === null || theirs.progress === undefined ? "" : theirs.progress + "% ";
    shown.textContent =
      (now.drafted_by_name ? now.drafted_by_name + " " + clockOf(now.drafted_at) + "\n" : "") +
      percent + [theirs.done, theirs.next_step, theirs.difficulty].filter(Boolean).join("\n");
    place.append(shown);
    button(place, word("Mine"), function () {
      settle(line, now);
      save(line);
      field(line, "done").focus();
    });
    button(place, word("Theirs"), function () {
      FIELDS.forEach(function (name) {
        var found = field(line, name);
        if (found) {
          found.value = theirs[name] === null || theirs[name] === undefined ? "" : theirs[name];
        }
      });
      settle(line, now);
      stateOf(line).dirty = false;
      note(line, word("Saved") + " " + clockOf(now.drafted_at), false);
      field(line, "done").focus();
    });
  }

  function settle(line, now) {
    field(line, "version").value = now.version;
    stateOf(line).held = false;
  }

  /* ---- when to keep: after a pause, on leaving the field, before the page goes ---- */

  function changed(event) {
    var line = lineOf(event.target);
    if (!line || fieldsOf(line).indexOf(event.target) < 0) {
      return;
    }
    stateOf(line).dirty = true;
    stateOf(line).failed = false;
    if (!event.isComposing) {
      later(line, PAUSE);
    }
  }

  form.addEventListener("input", changed);
  form.addEventListener("compositionend", changed);

  form.addEventListener("focusout", function (event) {
    var line = lineOf(event.target);
    var next = event.relatedTarget;
    /* what is pressed next may send the line itself */
    if (line && !(next instanceof HTMLButtonElement && next.form === form)) {
      save(line);
    }
  });

  function saveAll() {
    states.forEach(function (_state, line) {
      save(line);
    });
  }

  /* back on the net, or back from signing in again in another window */
  window.addEventListener("online", saveAll);
  window.addEventListener("focus", saveAll);

  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") {
      saveAll();
    }
  });

  /* the guard of page.js would ask for words that are kept by now */
  form.removeAttribute("data-guard");
  var leaving = false;

  window.addEventListener("beforeunload", function (event) {
    var unkept = Array.from(states.values()).some(function (state) {
      return state.dirty || state.sending;
    });
    if (unkept && !leaving) {
      event.preventDefault();
      event.returnValue = "";
    }
  });

  /* A form that is sent carries versions, and what was typed in other lines goes with the page: keep all of it first.
     Without a connection nothing is sent, so that nothing is lost. */
  var passing = false;
  var waiting = false;

  function onTheirWay() {
    return Array.from(states.values())
      .map(function (state) {
        return state.sending;
      })
      .filter(Boolean);
  }

  /* one that came back may have sent the next one after it */
  function settled() {
    return onTheirWay().length ? Promise.all(onTheirWay()).then(settled) : Promise.resolve();
  }

  form.addEventListener("submit", function (event) {
    if (passing) {
      leaving = true;
      return;
    }
    saveAll();
    if (!onTheirWay().length && !waiting) {
      leaving = true;
      return;
    }
    event.preventDefault();
    if (waiting) {
      return;
    }
    waiting = true;
    var pressed = event.submitter;
    settled().then(function () {
      waiting = false;
      var offline = Array.from(states.keys()).find(function (line) {
        return stateOf(line).offline;
      });
      if (offline) {
        go(offline.querySelector("[data-note]"));
        return;
      }
      passing = true;
      form.requestSubmit(pressed);
      passing = false;
    });
  });

  window.addEventListener("pageshow", function () {
    leaving = false;
  });

  /* ---- keys: Enter to the next field, Alt+Enter to the next line; Ctrl+Enter is in fields.js ---- */

  function go(to) {
    if (to) {
      to.focus();
      if (to instanceof HTMLInputElement) {
        to.select();
      }
      to.scrollIntoView({ block: "nearest" });
    }
  }

  form.addEventListener("keydown", function (event) {
    var line = lineOf(event.target);
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey || !line) {
      return;
    }
    var fields = Array.from(form.querySelectorAll("[data-save]")).flatMap(fieldsOf);
    var at = fields.indexOf(event.target);
    var single = event.target.matches("input, textarea[rows='1']");
    if (at < 0 || (!event.altKey && !single)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    var next = fields.slice(at + 1).find(function (each) {
      return !event.altKey || lineOf(each) !== line;
    });
    go(next || form.querySelector("[data-send-all]"));
  });
})();
