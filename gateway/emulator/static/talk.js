// Talking to the emulator, and the labels and lines that the page came with.
export const words = JSON.parse(document.body.dataset.words);
export const lines = JSON.parse(document.body.dataset.lines);
export const code = document.body.dataset.code;

export async function get(path, signal) {
  const answer = await fetch(path, { signal });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// An act on a phone; a refusal (409) is an answer like any other.
export async function act(number, verb, body = {}) {
  const answer = await fetch(`/control/phones/${encodeURIComponent(number)}/${verb}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { ok: answer.ok, ...(await answer.json()) };
}

export async function speak(number, wav) {
  const path = `/control/phones/${encodeURIComponent(number)}/speak?captured=1`;
  await fetch(path, { method: "POST", headers: { "Content-Type": "audio/wav" }, body: wav });
}

// Indian numbers are split 5 + 5; others stay as they are.
export function shown(number) {
  return /^\+91\d{10}$/.test(number) ? `${number.slice(3, 8)} ${number.slice(8)}` : number;
}

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}
