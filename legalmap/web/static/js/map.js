// Pan, zoom and cards for every map on the page; the map works as plain links without this.
import { startTime } from "./map_slider.js";
import { startSwapping } from "./swap.js";

const MOST_ZOOM = 40;
const STEP = 1.4;
const HIT = 12; // pixels: half of the 24 that a finger needs

function numbers(text) {
  return text
    .trim()
    .split(/[\s,]+/)
    .map(Number);
}

class MapView {
  constructor(figure) {
    this.figure = figure;
    this.sheet = figure.querySelector(".sheet");
    this.svg = figure.querySelector("svg.map");
    this.frame = numbers(this.svg.dataset.frame);
    this.box = numbers(this.svg.getAttribute("viewBox"));
    this.pointers = new Map();
    this.card = Object.assign(document.createElement("div"), { className: "card", hidden: true });
    this.card.setAttribute("role", "status");
    this.sheet.append(this.card);
    for (const link of this.svg.querySelectorAll("a")) {
      const title = link.querySelector("title");
      link.setAttribute("aria-label", title.textContent.replaceAll("\n", ". "));
      title.remove();
    }
    this.addButtons();
    this.listen();
    this.resizeMarkers();
  }

  addButtons() {
    const bar = Object.assign(document.createElement("div"), { className: "zoom" });
    for (const [sign, label, act] of [
      ["+", "Zoom in", () => this.zoom(STEP)],
      ["−", "Zoom out", () => this.zoom(1 / STEP)],
      ["⤢", "Show the whole map", () => this.show(this.frame)],
    ]) {
      const button = Object.assign(document.createElement("button"), {
        type: "button",
        textContent: sign,
      });
      button.setAttribute("aria-label", label);
      button.addEventListener("click", act);
      bar.append(button);
    }
    this.sheet.append(bar);
  }

  listen() {
    const { svg, sheet } = this;
    sheet.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    sheet.addEventListener("keydown", (event) => this.onKey(event));
    svg.addEventListener("pointerdown", (event) => this.onDown(event));
    svg.addEventListener("pointermove", (event) => this.onMove(event));
    for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
      svg.addEventListener(name, (event) => this.onUp(event));
    }
    svg.addEventListener("click", (event) => this.onClick(event), true);
    svg.addEventListener("dblclick", (event) => {
      event.preventDefault();
      this.zoom(2, this.at(event));
    });
    svg.addEventListener("focusin", (event) => this.tell(event.target.closest("a")));
    svg.addEventListener("focusout", (event) => {
      if (!this.card.contains(event.relatedTarget)) this.hush();
    });
    new ResizeObserver(() => this.resizeMarkers()).observe(svg);
  }

  at(event) {
    const point = new DOMPoint(event.clientX, event.clientY);
    return point.matrixTransform(this.svg.getScreenCTM().inverse());
  }

  show([x, y, width, height]) {
    const [left, top, frameWidth, frameHeight] = this.frame;
    const w = Math.min(Math.max(width, frameWidth / MOST_ZOOM), frameWidth);
    const h = Math.min(Math.max(height, frameHeight / MOST_ZOOM), frameHeight);
    const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
    this.box = [clamp(x, left, left + frameWidth - w), clamp(y, top, top + frameHeight - h), w, h];
    this.svg.setAttribute("viewBox", this.box.map((n) => +n.toFixed(2)).join(" "));
    this.resizeMarkers();
    this.remember();
  }

  zoom(factor, center) {
    const [x, y, w, h] = this.box;
    const point = center ?? { x: x + w / 2, y: y + h / 2 };
    this.show([
      point.x - (point.x - x) / factor,
      point.y - (point.y - y) / factor,
      w / factor,
      h / factor,
    ]);
  }

  // Dots keep their size on screen and stay big enough to hit, however far the map is zoomed.
  resizeMarkers() {
    const scale = this.svg.getScreenCTM()?.a;
    if (!scale) return;
    const zoomed = this.frame[2] / this.box[2];
    // On a phone's small map the dots of the Caribbean would hide it: they grow with the map.
    const least = Math.min(Math.max(this.svg.clientWidth / 260, 2), 5);
    const dot = Math.min(least + zoomed - 1, 7) / scale;
    for (const ring of this.svg.querySelectorAll("a > circle")) {
      ring.setAttribute("r", ring.classList.contains("target") ? HIT / scale : dot);
    }
  }

  remember() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const url = new URL(location.href);
      url.searchParams.delete("zoom");
      const whole = this.box.every((n, i) => Math.abs(n - this.frame[i]) < 1);
      if (whole) url.searchParams.delete("box");
      else url.searchParams.set("box", this.box.map(Math.round).join(","));
      history.replaceState(history.state, "", url);
    }, 200);
  }

  onWheel(event) {
    // The page scrolls as usual unless the reader means the map: with a key held, or once zoomed in.
    const zoomedIn = this.box[2] < this.frame[2] - 1;
    if (!event.ctrlKey && !event.metaKey && !zoomedIn) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, this.at(event));
  }

  onKey(event) {
    const [x, y, w, h] = this.box;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key in moves && this.box[2] < this.frame[2] - 1) {
      const [dx, dy] = moves[event.key];
      this.show([x + (dx * w) / 6, y + (dy * h) / 6, w, h]);
    } else if (event.key === "+" || event.key === "=") this.zoom(STEP);
    else if (event.key === "-") this.zoom(1 / STEP);
    else if (event.key === "0") this.show(this.frame);
    else if (event.key === "Escape") this.hush();
    else return;
    event.preventDefault();
  }

  onDown(event) {
    this.pointers.set(event.pointerId, event);
    this.moved = false;
    this.touch = event.pointerType === "touch";
    // The tap itself moves the focus and so the card: remember what was told before it.
    this.before = this.told;
  }

  onMove(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch") this.tell(event.target.closest("a"), event);
      return;
    }
    if (this.pointers.size === 2) this.pinch(event);
    else if (
      this.moved ||
      Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) > 4
    ) {
      const scale = this.svg.getScreenCTM().a;
      const [x, y, w, h] = this.box;
      if (w < this.frame[2] - 1) {
        this.show([
          x - (event.clientX - before.clientX) / scale,
          y - (event.clientY - before.clientY) / scale,
          w,
          h,
        ]);
      }
      this.moved = true;
    } else return;
    this.pointers.set(event.pointerId, event);
  }

  pinch(event) {
    const other = [...this.pointers.values()].find(
      (pointer) => pointer.pointerId !== event.pointerId,
    );
    const before = this.pointers.get(event.pointerId);
    const gap = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    if (gap(before) > 0) this.zoom(gap(event) / gap(before), this.at(event));
    this.moved = true;
  }

  onUp(event) {
    this.pointers.delete(event.pointerId);
    if (event.type === "pointerleave" && event.pointerType !== "touch") this.hush();
  }

  onClick(event) {
    const link = event.target.closest("a");
    const stop = this.moved || (this.touch && link && link !== this.before);
    this.moved = false;
    if (!stop) return;
    // A finger asks first: the first tap shows the card, the second follows the link.
    event.preventDefault();
    event.stopPropagation();
    this.tell(link, event);
  }

  tell(link, event) {
    if (!link || !this.svg.contains(link)) return this.hush();
    if (this.told !== link) {
      this.told = link;
      const [name, ...rest] = link.getAttribute("aria-label").split(". ");
      const strong = Object.assign(document.createElement("b"), { textContent: name });
      this.card.replaceChildren(
        strong,
        ...rest.map((line) => {
          return Object.assign(document.createElement("span"), { textContent: line });
        }),
      );
      if (this.touch) {
        this.card.append(
          Object.assign(document.createElement("a"), {
            href: link.href.baseVal,
            textContent: "Open",
          }),
        );
      }
      this.card.hidden = false;
    }
    this.move(event ?? this.beside(link));
  }

  beside(link) {
    const { right, top } = link.getBoundingClientRect();
    return { clientX: right, clientY: top };
  }

  // Nothing is measured but the sheet: the card turns to the side where there is room.
  move(spot) {
    const bounds = this.sheet.getBoundingClientRect();
    const [x, y] = [spot.clientX - bounds.left, spot.clientY - bounds.top];
    const aside = (at, size) =>
      at > size / 2 ? `calc(${Math.round(at) - 12}px - 100%)` : `${Math.round(at) + 14}px`;
    this.card.style.transform = `translate(${aside(x, bounds.width)}, ${aside(y, bounds.height)})`;
  }

  // Go to a region, so that it fills a third of the window, and tell of it; Enter then opens it.
  goTo(link) {
    const { x, y, width, height } = link.getBBox();
    const [, , frameWidth, frameHeight] = this.frame;
    const w = Math.max(3 * Math.max(width, (height * frameWidth) / frameHeight), frameWidth / 12);
    const h = (w * frameHeight) / frameWidth;
    this.show([x + width / 2 - w / 2, y + height / 2 - h / 2, w, h]);
    this.sheet.scrollIntoView({ block: "center" });
    link.focus({ preventScroll: true });
    this.tell(link);
  }

  hush() {
    this.told = undefined;
    this.card.hidden = true;
  }
}

let maps = [];

function start() {
  maps = [];
  for (const figure of document.querySelectorAll("figure.mapped")) {
    const map = new MapView(figure);
    maps.push(map);
    const course = document.querySelector("section.course");
    if (course) startTime(course, map);
  }
}

// A place chosen in the search box is shown on the map if the map draws it.
document.addEventListener("legalmap:chosen", (event) => {
  for (const map of maps) {
    const link = map.svg.querySelector(`a[data-code="${CSS.escape(event.detail.code)}"]`);
    if (!link) continue;
    event.preventDefault();
    map.goTo(link);
  }
});

start();
startSwapping(start);
