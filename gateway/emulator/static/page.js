// The page: opens phones, waits for news of them on one request, and hands it to the phones and the wire.
import { Phone } from "./phone.js";
import { Sound } from "./sound.js";
import { Microphone } from "./microphone.js";
import { Wire } from "./wire.js";
import { get, words, lines } from "./talk.js";

const phones = new Map();
const sound = new Sound();
const microphone = new Microphone((text) => (document.getElementById("microphone").textContent = text));
const wire = new Wire(document.getElementById("wire"));
const address = new URLSearchParams(location.search);
let sign = "";
let active = null;
let persons = [];
let wake = new AbortController();

function openPhone(number) {
  if (phones.has(number)) return phones.get(number);
  const phone = new Phone(number, { sound, microphone, close: closePhone, changed: again });
  phones.set(number, phone);
  document.getElementById("phones").append(phone.element);
  phone.element.addEventListener("focusin", () => (active = phone));
  phone.element.addEventListener("pointerdown", () => (active = phone));
  active ??= phone;
  again();
  return phone;
}

function closePhone(phone) {
  phones.delete(phone.number);
  phone.element.remove();
  if (active === phone) active = phones.values().next().value ?? null;
  again();
}

// The set of phones changed: ask anew at once and remember it in the address.
function again() {
  address.set("phones", [...phones.keys()].join(","));
  history.replaceState(null, "", "?" + address.toString().replaceAll("%2C", ",").replaceAll("%2B", "%2b"));
  for (const link of document.querySelectorAll("a[data-keep]")) {
    const kept = new URLSearchParams(address);
    kept.set("lang", link.lang);
    link.href = "?" + kept;
  }
  document.getElementById("all-on").hidden = phones.size < 2 || [...phones.values()].every((p) => p.awake);
  showDirectory();
  sign = "";
  wire.restart();
  wake.abort();
}

async function watch() {
  for (;;) {
    wake = new AbortController();
    const held = [...phones.values()].filter((p) => p.awake).map((p) => p.number);
    const query = new URLSearchParams({ phones: [...phones.keys()], held, wire: wire.after, sign });
    try {
      const news = await get("/handset/watch?" + query, wake.signal);
      document.getElementById("trouble").hidden = true;
      sign = news.sign;
      for (const seen of news.phones) phones.get(seen.number)?.show(seen, news.time);
      wire.show(news.exchanges, captions());
      showSteps(news.deeds);
      await new Promise((done) => setTimeout(done, 60));
    } catch (error) {
      if (error.name === "AbortError") continue;
      document.getElementById("trouble").hidden = false;
      await new Promise((done) => setTimeout(done, 1500));
    }
  }
}

function captions() {
  const texts = new Map();
  for (const phone of phones.values()) for (const heard of phone.heard) if (heard.url) texts.set(heard.url, heard.text);
  return texts;
}

function showSteps(deeds) {
  for (const step of document.querySelectorAll("#steps li")) step.classList.toggle("done", deeds.includes(step.dataset.deed));
}

function showDirectory() {
  const wanted = document.getElementById("find").value.trim().toLowerCase();
  const found = persons.filter(
    (p) => !phones.has(p.number) && [p.number, p.name, p.village, p.unit].join(" ").toLowerCase().includes(wanted),
  );
  const rows = found.slice(0, 60).map((person) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = [person.name || person.number, person.village].filter(Boolean).join(" · ");
    button.addEventListener("click", () => openPhone(person.number).focus());
    const row = document.createElement("li");
    row.append(button);
    return row;
  });
  document.getElementById("directory").replaceChildren(...rows);
  document.getElementById("open-all").hidden = found.length < 2 || found.length > 24;
  document.getElementById("open-all").onclick = () => found.forEach((p) => openPhone(p.number));
}

function typedNumber(text) {
  const digits = text.replace(/[^0-9]/g, "");
  return digits.length === 10 ? "+91" + digits : digits.length > 10 ? "+" + digits : null;
}

document.getElementById("find").addEventListener("input", showDirectory);
document.getElementById("finder").addEventListener("submit", (event) => {
  event.preventDefault();
  const number = typedNumber(document.getElementById("find").value);
  if (number) openPhone(number).focus();
});
document.getElementById("volume").addEventListener("input", (event) => sound.setVolume(event.target.value / 100));
document.getElementById("all-on").addEventListener("click", async () => {
  for (const phone of phones.values()) if (!phone.awake) await phone.switchOn();
});
document.addEventListener("keydown", (event) => {
  if (!active || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, #wire")) return;
  active.typed(event);
});

const directory = await get("/handset/directory?" + new URLSearchParams({ booth: address.get("booth") ?? "" }));
persons = directory.persons;
const asked = (address.get("phones") ?? "").split(",").map((text) => typedNumber(text)).filter(Boolean);
const first = asked.length ? asked : [persons[0]?.number ?? "+917000000001"];
for (const number of first) openPhone(number);
if (address.get("booth")) document.getElementById("more").open = true;
showDirectory();
watch();
