// Keys for who reviews much. The page works without them; "?" lists them, and they can be switched off.

const OFF = "legalmap-keys-off";
const dialog = document.getElementById("keys");
const switched = document.getElementById("keys-on");

const acts = {
  n: () => goOn(document.getElementById("next")),
  c: tickAll,
  a: () => choose("approve", document.querySelector("#verdict-form button")),
  r: () => choose("request-changes", firstReason()),
  x: () => choose("reject", firstReason()),
  d: () => goTo(document.querySelector("#discussion textarea")),
  j: () => step(1),
  k: () => step(-1),
  s: () => goTo(current()?.closest(".claims")?.querySelector(".beside a")),
  q: () => document.getElementById("to-list")?.click(),
  "?": () => dialog.showModal(),
};

switched.checked = !remembered(() => localStorage.getItem(OFF));
switched.addEventListener("change", () => {
  remembered(() =>
    switched.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"),
  );
  showHints();
});
showHints();

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || dialog.open) return;
  if (event.repeat || writing(event.target)) return;
  if (!switched.checked && event.key !== "?") return;
  const act = Object.hasOwn(acts, event.key) ? acts[event.key] : null;
  if (!act) return;
  event.preventDefault();
  act();
});

// A browser may refuse to keep anything: then the keys are on until the page is left.
function remembered(ask) {
  try {
    return ask();
  } catch {
    return null;
  }
}

function writing(target) {
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input:not([type=radio], [type=checkbox], [type=button], [type=submit])");
}

// The next one is a form where it is claimed on the way, and a link within a batch.
function goOn(next) {
  if (next instanceof HTMLFormElement) next.requestSubmit();
  else next?.click();
}

function tickAll() {
  const boxes = document.querySelectorAll('#verdict-form input[name="checks"]');
  for (const box of boxes) box.checked = true;
  goTo(boxes[boxes.length - 1]);
}

function choose(verdict, then) {
  const radio = document.getElementById(`verdict-${verdict}`);
  if (!radio) return;
  radio.checked = true;
  goTo(then);
}

function firstReason() {
  return document.querySelector('#verdict-form input[name="reasons"]');
}

function goTo(place) {
  if (!place) return;
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: "center" });
}

function current() {
  return document.activeElement?.closest(".change") ?? document.querySelector(".change");
}

function step(by) {
  const changes = [...document.querySelectorAll(".change")].filter((each) =>
    each.checkVisibility(),
  );
  const at = changes.indexOf(document.activeElement);
  const next = changes[at === -1 ? 0 : Math.min(Math.max(at + by, 0), changes.length - 1)];
  if (!next) return;
  next.tabIndex = -1;
  goTo(next);
}

function showHints() {
  for (const hint of document.querySelectorAll(".keys-hint, .key")) hint.hidden = !switched.checked;
}
