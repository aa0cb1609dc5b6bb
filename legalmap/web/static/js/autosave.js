// Keeps what is typed into the edit form as a draft, some seconds after the last key, and shows what
// the server has to ask about it. Without this script “Keep as draft” does the same.

const ID = "edit-form";
const AFTER = 3_000;
const AGAIN = 10_000;
// Above this a browser refuses to send anything while a page goes away.
const MOST_ON_LEAVING = 60_000;

let timer;
let saving = null;
let changes = 0;
let saved = 0;

const form = () => document.getElementById(ID);
const draft = () => `${form().getAttribute("action")}/draft`;
const typed = () => new URLSearchParams(new FormData(form()));

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

function touched() {
  changes += 1;
  later(AFTER);
}

async function save() {
  if (saving) return later(AFTER);
  clearTimeout(timer);
  const upTo = changes;
  saving = send();
  try {
    await saving;
    saved = upTo;
  } catch (error) {
    tell(`Not saved: ${error.message}`, true);
    if (error.again) later(AGAIN);
  } finally {
    saving = null;
  }
}

async function send() {
  const answer = await post();
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw refused(answer.status, said.message);
  const at = new Date(said.kept_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  tell(`Kept as a draft at ${at}. Only you can see it.`, false);
  showHints(said.hints);
}

async function post() {
  try {
    return await fetch(draft(), { method: "POST", body: typed(), redirect: "manual" });
  } catch {
    throw again("the site cannot be reached. It is tried again; leave this page open.");
  }
}

function refused(status, message) {
  if (status === 401 || status === 403) {
    return new Error(
      "you are signed out. Press “Keep as draft” to sign in and go on; nothing is lost.",
    );
  }
  if (status >= 500 || status === 0) {
    return again("something is out of order. It is tried again; leave this page open.");
  }
  if (status === 413) return new Error("this is too long to be kept as a draft: shorten it first.");
  return new Error(message ?? "press “Keep as draft” to see why.");
}

function again(message) {
  return Object.assign(new Error(message), { again: true });
}

function tell(text, failed) {
  const line = document.getElementById("saved");
  line.textContent = text;
  line.classList.toggle("failed", failed);
}

function showHints(hints) {
  for (const place of document.querySelectorAll("[data-hints]")) {
    const here = hints.filter((hint) => hint.id === place.dataset.hints);
    place.replaceChildren(...here.map((hint) => element("span", "hint", hint.message)));
  }
  const all = document.getElementById("hints");
  all.hidden = hints.length === 0;
  all.querySelector("ul").replaceChildren(...hints.map(listed));
}

function listed(hint) {
  const item = element("li", "", `: ${hint.message}`);
  const link = element("a", "", hint.where);
  link.href = `#${hint.id}`;
  item.prepend(link);
  return item;
}

function element(name, kind, text) {
  const made = document.createElement(name);
  made.className = kind;
  made.textContent = text;
  return made;
}

function leaving() {
  if (document.visibilityState !== "hidden" || saved === changes || saving) return;
  const body = typed();
  if (body.toString().length > MOST_ON_LEAVING) return;
  saving = fetch(draft(), { method: "POST", body, redirect: "manual", keepalive: true });
  saving.catch(() => {}).finally(() => (saving = null));
}

// A draft that is on its way, also one sent on leaving, must not arrive after what is sent for good.
// If one does all the same, the server refuses it.
async function sending(event) {
  if (event.target.id !== ID || event.defaultPrevented) return;
  clearTimeout(timer);
  saved = changes;
  if (!saving) return;
  event.preventDefault();
  await saving.catch(() => {});
  saving = null;
  form().requestSubmit(event.submitter);
}

function choosing(event) {
  if (event.target.name === "intent") form().querySelector("[data-kind]")?.click();
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => event.target.form?.id === ID && touched());
}
document.addEventListener("change", choosing);
document.addEventListener("submit", sending);
document.addEventListener("rows", touched);
document.addEventListener("visibilitychange", leaving);
document.documentElement.classList.add("scripted");
if ("unsaved" in form().dataset) touched();
