// Suggestions under every search box: an ARIA 1.2 combobox. Without it the boxes send their form.

const PAUSE = 120;
let boxes = 0;

for (const input of document.querySelectorAll("input[data-find]")) new Box(input);

function Box(input) {
  const box = input.parentElement;
  const id = `found-${(boxes += 1)}`;
  const list = make("ul", {
    id,
    role: "listbox",
    className: "found",
    hidden: true,
  });
  list.setAttribute("aria-label", "Places that fit");
  const said = make("span", { role: "status", className: "unseen" });
  const state = { active: -1, text: "", timer: 0, request: null };
  box.classList.add("finding");
  box.append(list, said);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
  }))
    input.setAttribute(name, value);

  input.addEventListener("input", () => {
    clearTimeout(state.timer);
    state.request?.abort();
    // What was chosen of an older list is not what is typed now.
    move(-1);
    if (!input.value.trim()) return close();
    state.timer = setTimeout(load, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (act && !event.isComposing && !event.ctrlKey && !event.metaKey) act(event);
  });
  input.addEventListener("blur", stop);
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });

  const keys = {
    ArrowDown(event) {
      event.preventDefault();
      // The list may still be that of the letters before: nothing of it is chosen.
      if (list.hidden || state.text !== input.value.trim()) load();
      else move(state.active + 1);
    },
    ArrowUp(event) {
      if (list.hidden) return;
      event.preventDefault();
      move(state.active - 1);
    },
    Enter(event) {
      const option = options()[state.active];
      if (list.hidden || !option) return stop();
      event.preventDefault();
      choose(option);
    },
    Escape(event) {
      if (list.hidden) return;
      event.preventDefault();
      stop();
    },
    Tab: stop,
  };

  function options() {
    return [...list.querySelectorAll("[role=option]")];
  }

  // One step past either end no option is active: the text itself is, as when nothing was chosen.
  function move(to) {
    const all = options();
    const count = all.length;
    state.active = to < -1 ? count - 1 : to >= count ? -1 : to;
    all.forEach((option, index) =>
      option.setAttribute("aria-selected", String(index === state.active)),
    );
    const active = all[state.active];
    if (!active) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", active.id);
    active.scrollIntoView({ block: "nearest" });
  }

  async function load() {
    const text = input.value.trim();
    if (!text) return;
    state.request?.abort();
    const request = (state.request = new AbortController());
    try {
      const answer = await fetch(`/suggest?${question(text)}`, {
        signal: request.signal,
      });
      if (!answer.ok) return close();
      const found = await answer.json();
      if (request.signal.aborted || document.activeElement !== input) return;
      state.text = text;
      show(found);
    } catch {
      // Aborted by a newer letter, or the network failed: Enter still sends the form.
    }
  }

  function question(text) {
    const asked = new URLSearchParams({ q: text });
    const topic = document.querySelector("form.find input[name=topic]");
    if (topic) asked.set("topic", topic.value);
    const here = new URLSearchParams(location.search);
    for (const name of ["as_of", "known_at"]) if (here.get(name)) asked.set(name, here.get(name));
    return asked;
  }

  function show({ note, suggestions }) {
    list.replaceChildren(...suggestions.map(line));
    state.active = -1;
    input.removeAttribute("aria-activedescendant");
    if (note)
      list.prepend(
        make("li", {
          role: "presentation",
          className: "hint",
          textContent: note,
        }),
      );
    const count = suggestions.length;
    open(count > 0 || Boolean(note));
    said.textContent = `${note} ${count === 1 ? "1 place fits." : `${count} places fit.`}`.trim();
  }

  function line(each, index) {
    const option = make("li", { id: `${id}-${index}`, role: "option" });
    option.setAttribute("aria-selected", "false");
    option.dataset.code = each.code;
    option.dataset.url = each.url;
    option.append(
      make("span", { className: "name", textContent: each.name }),
      " ",
      make("span", {
        className: "muted",
        textContent: [each.word, each.where, each.via && `(${each.via})`]
          .filter(Boolean)
          .join(", "),
      }),
      " ",
      make("span", { className: "holds", textContent: each.label }),
    );
    return option;
  }

  // A map on the page may answer “legalmap:chosen” itself by going there without loading a page.
  function choose(option) {
    const { code, url } = option.dataset;
    const name = option.querySelector(".name").textContent;
    stop();
    if (input.dataset.find === "fill") {
      input.value = code;
      return input.form.requestSubmit();
    }
    input.value = name;
    const chosen = new CustomEvent("legalmap:chosen", {
      bubbles: true,
      cancelable: true,
      detail: { code, url },
    });
    if (input.dispatchEvent(chosen)) location.assign(url);
  }

  function stop() {
    clearTimeout(state.timer);
    state.request?.abort();
    close();
  }

  function close() {
    list.replaceChildren();
    open(false);
    state.active = -1;
    input.removeAttribute("aria-activedescendant");
    said.textContent = "";
  }

  function open(yes) {
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
  }
}

function make(tag, { role, ...properties }) {
  const element = Object.assign(document.createElement(tag), properties);
  if (role) element.setAttribute("role", role);
  return element;
}
