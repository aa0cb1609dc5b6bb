// “Where am I?”: asks the browser for the point and sends it once, in the body of a form.

const REFUSED = {
  1: "Your browser does not share where you are. Allow it for this site, or search for your town or ZIP code.",
  2: "Your browser cannot tell where you are. Search for your town or ZIP code instead.",
  3: "Finding out where you are took too long. Try again, or search for your town or ZIP code.",
};

if ("geolocation" in navigator && window.isSecureContext) {
  for (const form of document.querySelectorAll("form[data-here]")) prepare(form);
}

function prepare(form) {
  const said = form.querySelector(".said");
  form.classList.add("ready");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    said.textContent = "Asking your browser…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => send(form, coords),
      ({ code }) => (said.textContent = REFUSED[code] ?? REFUSED[2]),
      { timeout: 15000, maximumAge: 60000 },
    );
  });
}

function send(form, { latitude, longitude }) {
  form.elements.lat.value = latitude;
  form.elements.lon.value = longitude;
  form.submit();
}
