// Adds and removes rows of the edit form without loading the page anew. The server makes the rows;
// without this script the same buttons load the page.

const ID = "edit-form";

document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (event.target.id !== ID || !button || !("rows" in button.dataset)) return;
  event.preventDefault();
  try {
    await rearrange(event.target, button);
  } catch {
    delete button.dataset.rows;
    event.target.requestSubmit(button);
  }
});

async function rearrange(form, button) {
  // form.action would be the buttons of that name.
  const answer = await fetch(form.getAttribute("action"), {
    method: "POST",
    body: new URLSearchParams(new FormData(form, button)),
    redirect: "error",
  });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(ID);
  if (!fresh) throw new Error("not a form");
  keepOpen(form, fresh);
  form.replaceWith(document.adoptNode(fresh));
  document.dispatchEvent(new Event("rows"));
  goTo(new URL(button.formAction).hash.slice(1));
}

function keepOpen(form, fresh) {
  for (const details of form.querySelectorAll("details[open]")) {
    const same = fresh.querySelector(`#${CSS.escape(details.id)}`);
    if (same) same.open = true;
  }
}

function goTo(id) {
  const place = document.getElementById(id);
  if (!place) return;
  place.scrollIntoView({ block: "nearest" });
  (firstIn(place) ?? place).focus();
}

function firstIn(place) {
  if (!place.matches("details, fieldset")) return place;
  const chosen = place.matches(".choices") ? place.querySelector("input:checked") : null;
  return chosen ?? place.querySelector("input, select, textarea");
}
