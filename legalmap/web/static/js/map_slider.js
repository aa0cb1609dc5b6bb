// The slider over the days on which something changed; it plays on the map without asking the server.

const PACE = 420; // milliseconds a stop when playing

export function startTime(section, map) {
  const place = section.querySelector(".slider");
  const bar = document.createElement("div");
  bar.className = "play";
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    textContent: "Play the years",
  });
  button.className = "second";
  bar.append(button);
  place.replaceChildren(bar);
  place.hidden = false;
  button.addEventListener("click", () => open(section, map, place, true), { once: true });
  // A pointer or the keyboard on the bar is a hint that the slider is wanted.
  const wanted = new URL(location.href).searchParams.has("as_of");
  if (wanted) open(section, map, place, false);
}

async function open(section, map, place, andPlay) {
  const answer = await fetch(section.dataset.source);
  if (!answer.ok) return;
  new Player(await answer.json(), map, place, andPlay);
}

class Player {
  constructor(course, map, place, andPlay) {
    this.course = course;
    this.map = map;
    const today = new Date().toISOString().slice(0, 10);
    this.days = [...new Set([...course.days, today])].sort();
    this.links = [...map.svg.querySelectorAll("a[data-code]")];
    this.build(place);
    const asked = new URL(location.href).searchParams.get("as_of") ?? today;
    this.range.value = Math.max(
      this.days.findLastIndex((day) => day <= asked),
      0,
    );
    if (andPlay) this.range.value = 0;
    this.label();
    if (andPlay) this.play(true);
  }

  build(place) {
    this.button = Object.assign(document.createElement("button"), {
      type: "button",
      className: "second",
    });
    this.range = Object.assign(document.createElement("input"), {
      type: "range",
      min: 0,
      max: this.days.length - 1,
    });
    this.range.setAttribute("aria-label", "Day");
    this.said = document.createElement("output");
    this.list = Object.assign(document.createElement("p"), { className: "on-the-way small" });
    const bar = Object.assign(document.createElement("div"), { className: "play" });
    bar.append(this.button, this.range, this.said);
    place.replaceChildren(bar, this.list);
    this.button.addEventListener("click", () => this.play(!this.timer));
    this.range.addEventListener("input", () => this.paint());
    this.range.addEventListener("change", () => this.settle());
    this.button.textContent = "Play";
  }

  get day() {
    return this.days[this.range.value];
  }

  label() {
    const words = new Date(`${this.day}T00:00:00Z`).toLocaleDateString("en-GB", {
      day: "numeric",
      month: "long",
      year: "numeric",
      timeZone: "UTC",
    });
    this.said.textContent = words;
    this.range.setAttribute("aria-valuetext", words);
    const turns = this.course.turns.filter((turn) => turn.day === this.day);
    this.list.textContent = turns
      .map((turn) => {
        return `${turn.name}: ${turn.words}`;
      })
      .join(" · ");
  }

  paint() {
    const day = this.day;
    this.map.svg.classList.add("playing");
    for (const link of this.links) {
      const course = this.course.regions[link.dataset.code];
      if (!course) continue;
      const shown = course.findLast(([from]) => from <= day)[1];
      if (link.dataset.shown === shown) continue;
      link.dataset.shown = shown;
      const painted = link.querySelector(".dot") ?? link.querySelector("[fill^='url(#s-']");
      painted?.setAttribute("fill", `url(#s-${shown})`);
    }
    this.label();
  }

  play(on) {
    clearInterval(this.timer);
    this.timer = undefined;
    this.button.textContent = on ? "Pause" : "Play";
    if (!on) return this.settle();
    if (+this.range.value >= this.days.length - 1) this.range.value = 0;
    const stop = document.visibilityState;
    this.timer = setInterval(
      () => {
        const last = +this.range.value >= this.days.length - 1;
        if (last || document.visibilityState !== stop) return this.play(false);
        this.range.value = +this.range.value + 1;
        this.paint();
      },
      matchMedia("(prefers-reduced-motion: reduce)").matches ? PACE * 3 : PACE,
    );
  }

  // When the slider rests, the address bar and the whole page show that day.
  settle() {
    const url = new URL(location.href);
    url.searchParams.set("as_of", this.day);
    document.dispatchEvent(new CustomEvent("legalmap:go", { detail: url.href }));
  }
}
