// What the pages do beyond HTML: passkeys, reading aloud, printing. Every page works without it, passkeys excepted.
import { initAll } from "./govuk-frontend.js";

const body = document.body;
body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) body.classList.add("govuk-frontend-supported");

function ceremony(form) {
  const options = JSON.parse(form.dataset.options);
  if (form.dataset.passkey === "create") {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

async function answer(event) {
  const form = event.target;
  const field = form.elements.namedItem("credential");
  if (field.value) return;
  event.preventDefault();
  const fault = form.querySelector("[data-passkey-fault]");
  fault.hidden = true;
  try {
    const credential = await ceremony(form);
    field.value = JSON.stringify(credential.toJSON());
    form.requestSubmit();
  } catch {
    fault.hidden = false;
    fault.focus();
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (window.PublicKeyCredential) form.addEventListener("submit", answer);
}
for (const form of document.querySelectorAll("form[data-from-fragment]")) {
  // A one-time link carries its secret behind #, which no browser sends to a server.
  const field = form.elements.namedItem(form.dataset.fromFragment);
  if (location.hash.length > 1) {
    field.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  }
}
for (const block of document.querySelectorAll("[data-needs-script]")) block.hidden = false;
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
for (const button of document.querySelectorAll("[data-read-aloud]")) {
  if (!("speechSynthesis" in window)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    if (speechSynthesis.speaking) return speechSynthesis.cancel();
    const text = document.getElementById(button.dataset.readAloud);
    const speech = new SpeechSynthesisUtterance(text.innerText);
    speech.lang = text.lang || document.documentElement.lang;
    speech.rate = 0.85;
    speechSynthesis.speak(speech);
  });
}

initAll();
