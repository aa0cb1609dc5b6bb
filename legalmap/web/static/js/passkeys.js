// Passkeys: the form holds what the browser is asked; its answer is written into the form, which is then sent.

const CALLS = {
  create: (publicKey) => navigator.credentials.create({ publicKey }),
  get: (publicKey) => navigator.credentials.get({ publicKey }),
};
const SAID = {
  NotAllowedError: "Nothing happened, or it was cancelled. Try once more.",
  InvalidStateError: "This device has a passkey for your account already.",
  SecurityError: "The browser does not allow passkeys at this address.",
};

if (window.PublicKeyCredential && window.isSecureContext) {
  for (const form of document.querySelectorAll("form[data-passkey]")) prepare(form);
}

function prepare(form) {
  form.hidden = false;
  for (const note of document.querySelectorAll("[data-without-passkeys]")) note.hidden = true;
  form.addEventListener("submit", (event) => {
    if (form.elements.answer.value) return;
    event.preventDefault();
    answer(form);
  });
}

async function answer(form) {
  const says = form.querySelector("[data-says]");
  const button = form.querySelector("button");
  says.hidden = true;
  button.disabled = true;
  try {
    const credential = await CALLS[form.dataset.passkey](bytesOf(JSON.parse(form.dataset.options)));
    form.elements.answer.value = JSON.stringify(textOf(credential));
    form.submit();
  } catch (error) {
    says.textContent = SAID[error.name] ?? `The browser refused: ${error.message}`;
    says.hidden = false;
    button.disabled = false;
  }
}

function bytesOf(options) {
  options.challenge = decoded(options.challenge);
  if (options.user) options.user.id = decoded(options.user.id);
  for (const list of [options.excludeCredentials, options.allowCredentials]) {
    for (const each of list ?? []) each.id = decoded(each.id);
  }
  return options;
}

function textOf(credential) {
  const response = {};
  for (const name of [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
  ]) {
    if (credential.response[name]) response[name] = encoded(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: encoded(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: {},
  };
}

function decoded(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function encoded(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
