// The wire as a chat: our words on the left, the member's keys on the right, the raw exchange folded beneath.
import { make, shown, words } from "./talk.js";

const KEPT = 120;

export class Wire {
  constructor(list) {
    this.list = list;
    this.restart();
  }

  restart() {
    this.after = 0;
    this.rows = new Map();
    this.calls = new Map();
    this.begun = false;
  }

  // Exchanges come again until they are answered; those already drawn are redrawn in place.
  show(exchanges, captions) {
    if (!this.begun) this.list.replaceChildren(make("li", { class: "empty" }, words.wire_empty));
    this.begun = true;
    for (const line of this.list.querySelectorAll("[data-url]")) {
      if (captions.has(line.dataset.url)) line.textContent = `▶ ${captions.get(line.dataset.url)}`;
    }
    if (!exchanges.length) return;
    const atEnd = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
    this.list.querySelector(".empty")?.remove();
    for (const exchange of exchanges) {
      if (exchange.call && !this.calls.has(exchange.call)) this.calls.set(exchange.call, exchange.id);
      exchange.again = this.calls.get(exchange.call) !== exchange.id;
      const fresh = row(exchange, captions);
      const drawn = this.rows.get(exchange.id);
      if (drawn) {
        fresh.querySelector("details").open = drawn.querySelector("details").open;
        drawn.replaceWith(fresh);
      } else this.list.append(fresh);
      this.rows.set(exchange.id, fresh);
    }
    while (this.list.children.length > KEPT) this.list.firstChild.remove();
    const open = exchanges.find((exchange) => !exchange.status && !exchange.problems.length);
    this.after = open ? open.id - 1 : exchanges.at(-1).id;
    if (atEnd) this.list.scrollTop = this.list.scrollHeight;
  }
}

function row(exchange, captions) {
  const theirs = exchange.direction === "to_gateway" ? theirWords(exchange) : "";
  const ours = exchange.direction === "to_gateway" ? ourWords(exchange, captions) : request(exchange);
  const parts = [];
  if (theirs) parts.push(make("p", { class: "bubble theirs" }, who(exchange), theirs));
  if (ours.length) parts.push(make("div", { class: "bubble ours" }, ...ours));
  for (const problem of exchange.problems) parts.push(make("p", { class: "problem" }, `⚠ ${problem}`));
  parts.push(folded(exchange));
  return make("li", { class: exchange.problems.length ? "bad" : "" }, ...parts);
}

function who(exchange) {
  return make("small", {}, `${shown(exchange.number)}${exchange.note ? ` · ${exchange.note}` : ""}`);
}

function theirWords(exchange) {
  const { path, form } = exchange;
  if (path.endsWith("/sms")) return `${words.texted}: ${form.text}`;
  if (path.endsWith("/ussd") && "status" in form) return `${words.session_over}: ${form.status}`;
  if (path.endsWith("/ussd")) return form.text ? make("kbd", {}, form.text) : `${words.dialled} ${form.serviceCode}`;
  if (path.endsWith("/receipts")) return `${words.receipt}: ${form.status} ${form.failureReason ?? ""}`;
  if (!("isActive" in form)) return form.text ?? form.senderId ?? "";
  if (form.isActive === "0") {
    if (form.callSessionState === "NotAnswered") return `${words.not_reached}: ${form.hangupCause}`;
    return `${words.hung_up}, ${form.durationInSeconds} s${form.recordingUrl ? `, ${words.spoke}` : ""}`;
  }
  if (form.recordingUrl) return words.spoke;
  if (form.dtmfDigits) return make("kbd", {}, form.dtmfDigits);
  return firstOrSilent(exchange);
}

// The first post of a call and the post after silence look alike on the wire: only the order tells.
function firstOrSilent(exchange) {
  if (exchange.again) return words.silent;
  return exchange.form.direction === "Inbound" ? words.rings_us : words.picked_up;
}

function ourWords(exchange, captions) {
  if (/^(CON|END) /.test(exchange.body)) return exchange.body.split("\n").map((text) => make("p", {}, text));
  if (!exchange.body.includes("<Response")) return [];
  const root = new DOMParser().parseFromString(exchange.body, "application/xml").documentElement;
  return [...root.children].flatMap((element) => said(element, captions));
}

function said(element, captions) {
  const inner = [...element.children].flatMap((child) => said(child, captions));
  const line = (text, name = "") => make("p", { class: name }, text);
  switch (element.tagName) {
    case "Say": return [line(element.textContent)];
    case "Play": {
      const url = element.getAttribute("url");
      const played = line(`▶ ${captions.get(url) ?? url.split("/").at(-1)}`);
      played.dataset.url = url; // the caption may come later than the reply
      return [played];
    }
    case "GetDigits": return [...inner, line(`⌨ ${words.waits_key}`, "wants")];
    case "Record": return [...inner, line(`● ${words.records}`, "wants")];
    case "Reject": return [line(words.declined, "wants")];
    case "Dial": return [line(`${words.we_call} ${element.getAttribute("phoneNumbers")}`)];
    default: return [];
  }
}

function request({ path, form }) {
  const line = (text) => [make("p", {}, text)];
  const to = (form.to ?? form.phoneNumbers ?? "").split(",");
  const people = to.length > 2 ? `${shown(to[0])} + ${to.length - 1}` : to.map(shown).join(", ");
  if (path === "/call") return line(`${words.we_call} ${people}`);
  if (path.includes("/messaging") && form.message) return line(`${words.we_text} ${people}: ${form.message}`);
  return line(path);
}

function folded(exchange) {
  const time = new Date(exchange.time).toLocaleTimeString([], { hour12: false });
  const form = Object.entries(exchange.form).map(([name, value]) => `${name}=${value}`).join("\n");
  const again = exchange.replayable
    ? make("button", { type: "button", class: "plain small", onclick: () => fetch(`/control/wire/${exchange.id}/replay`, { method: "POST" }) }, words.replay)
    : null;
  return make("details", {},
    make("summary", {}, `${time} · ${exchange.method} ${exchange.path.split("/").slice(-1)[0]} · ${exchange.status || "…"} · ${Math.round(exchange.ms)} ms`),
    make("pre", {}, form), exchange.body ? make("pre", {}, exchange.body.replaceAll("><", ">\n<")) : null, again);
}
