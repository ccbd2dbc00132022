// The amber screen: what it shows in each state, and what the two soft keys do there.
import { act, code, lines, make, shown, words } from "./talk.js";
import { battery, clock, signal } from "./pixels.js";

const ZONES = { "+91": "Asia/Kolkata", "+254": "Africa/Nairobi", "+256": "Africa/Kampala", "+255": "Africa/Dar_es_Salaam" };

export class Screen {
  constructor(phone) {
    this.phone = phone;
    this.status = make("div", { class: "bar" }, signal(4), make("span"), battery(3));
    this.content = make("div", { class: "content" });
    this.left = make("span");
    this.right = make("span");
    this.element = make("div", { class: "screen" }, this.status, this.content, make("div", { class: "softs" }, this.left, this.right));
    this.shown = "";
    this.timer = setInterval(() => this.tick(), 1000);
  }

  // Redraw only what changed: a draft being typed must keep its caret.
  draw() {
    const { phone } = this;
    const { seen } = phone;
    const call = seen.call;
    const key = JSON.stringify([phone.awake, phone.mode, phone.cursor, phone.line, phone.dialled, phone.notice, seen.state, seen.inbox.length,
      seen.ussd && [seen.ussd.sessionId, seen.ussd.state, seen.ussd.inputs.length],
      call && [call.listening, call.keys, call.line], phone.heard.at(-1)?.id, phone.heard.at(-1)?.playing, this.minute()]);
    if (key === this.shown) return;
    this.shown = key;
    const [content, left, right] = this.view();
    this.content.replaceChildren(...content);
    this.left.textContent = left;
    this.right.textContent = right;
    this.status.children[1].textContent = seen.inbox.length ? `✉ ${seen.inbox.length}` : "";
  }

  view() {
    const { phone } = this;
    if (!phone.awake) return [[make("button", { type: "button", class: "wake", onclick: () => phone.switchOn() }, words.switch_on)], "", ""];
    if (phone.seen.state === "ringing") return this.ringing();
    if (phone.inCall) return this.inCall();
    if (phone.seen.ussd) return this.session();
    const views = { messages: () => this.messages(), read: () => this.read(), write: () => this.write() };
    return (views[phone.mode] ?? (() => this.idle()))();
  }

  idle() {
    const { phone } = this;
    if (phone.dialled) return [[make("p", { class: "big" }, phone.dialled)], "", "⌫"];
    const line = lines[phone.line];
    const notice = phone.notice ? make("p", { class: "notice" }, phone.notice) : null;
    const call = make("p", { class: "line" }, `${words.call_line}`, make("b", {}, `${shown(line.number)}${lines.length > 1 ? " ▾" : ""}`), line.label ? make("i", {}, line.label) : "");
    const typed = code ? make("p", { class: "from" }, `${words.or_dial} ${code}`) : null;
    return [[clock(this.minute()), notice ?? call, typed].filter(Boolean), words.messages, words.write];
  }

  // A session on the phone's own screen: what it says, and a field for the answer while it asks.
  session() {
    const { ussd } = this.phone.seen;
    const said = make("p", { class: "text ussd" }, ussd.screen);
    if (ussd.state === "sending") return [[make("p", { class: "line" }, words.sending)], "", words.cancel];
    if (ussd.state === "over") return [[said], "", words.back];
    this.answer = make("input", { type: "text", maxlength: "182", autocomplete: "off", "aria-label": words.answer_here });
    this.answer.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.reply();
      if (event.key === "Escape") this.phone.red();
    });
    queueMicrotask(() => this.answer.focus({ preventScroll: true }));
    return [[said, this.answer], words.send, words.cancel];
  }

  type(key) {
    if (this.phone.seen.ussd?.state === "asking") this.answer.value += key;
  }

  reply() {
    const { phone } = this;
    if (phone.seen.ussd?.state === "asking") act(phone.number, "reply", { text: this.answer.value });
  }

  ringing() {
    const { call } = this.phone.seen;
    return [[make("p", { class: "line" }, words.ringing, make("b", {}, shown(call?.line ?? ""))), make("p", { class: "bell" }, "♪ ♫ ♪")], "", ""];
  }

  inCall() {
    const { seen, heard } = this.phone;
    const state = seen.state === "dialling" ? words.calling : words.in_call;
    const mine = seen.call ? heard.filter((h) => h.call === seen.call.sessionId && h.text !== "beep") : [];
    const now = { record: `● ${words.speak_now}`, digits: words.press_now }[seen.call?.listening] ?? "";
    this.timed = make("b", {}, this.elapsed());
    return [[make("p", { class: "line" }, state, " ", this.timed), make("p", { class: "said" }, mine.at(-1)?.text ?? ""),
      make("p", { class: `wants ${seen.call?.listening ?? ""}` }, now, seen.call?.listening === "digits" ? ` ${seen.call.keys}` : "")], "", ""];
  }

  messages() {
    const { phone } = this;
    const list = phone.seen.inbox.slice().reverse();
    const rows = list.map((text, index) => make("li", { class: index === phone.cursor ? "chosen" : "" }, text.text));
    const content = rows.length ? make("ul", { class: "list" }, ...rows) : make("p", { class: "line" }, words.no_messages);
    queueMicrotask(() => this.content.querySelector(".chosen")?.scrollIntoView({ block: "nearest" }));
    return [[content], rows.length ? words.read : words.write, words.back];
  }

  read() {
    const text = this.phone.seen.inbox.at(-1 - this.phone.cursor);
    return [[make("p", { class: "from" }, shown(text.other)), make("p", { class: "text" }, text.text)], words.reply, words.back];
  }

  write() {
    const to = make("p", { class: "from" }, `${words.to} ${shown(lines[this.phone.line].number)}`);
    this.draft = make("textarea", { rows: "4", maxlength: "480", "aria-label": words.write });
    queueMicrotask(() => this.draft.focus());
    return [[to, this.draft], words.send, words.back];
  }

  soft(side) {
    const { phone } = this;
    if (phone.inCall || phone.seen.state === "ringing") return;
    if (phone.seen.ussd) {
      if (side === "left") this.reply();
      else act(phone.number, "cancel");
      return;
    }
    if (side === "right" && phone.mode === "idle" && phone.dialled) phone.dialled = phone.dialled.slice(0, -1);
    else if (side === "right") phone.mode = { idle: "write", read: "messages" }[phone.mode] ?? "idle";
    else if (phone.mode === "write") this.send();
    else phone.mode = { idle: "messages", messages: phone.seen.inbox.length ? "read" : "write", read: "write" }[phone.mode];
    if (phone.mode === "idle") phone.cursor = 0;
    phone.draw();
  }

  async send() {
    const text = this.draft.value.trim();
    const { phone } = this;
    phone.mode = "idle";
    if (text) await act(phone.number, "sms", { to: lines[phone.line].number, text });
    phone.draw();
    phone.element.focus({ preventScroll: true });
  }

  scroll(step) {
    (this.content.querySelector(".ussd") ?? this.content).scrollBy({ top: step * 40 });
  }

  // The service's clock as the emulator told it, in the time of the phone's country.
  minute() {
    const time = new Date(this.phone.time ?? Date.now());
    const zone = Object.entries(ZONES).find(([code]) => this.phone.number.startsWith(code))?.[1];
    return time.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  }

  elapsed() {
    const { call } = this.phone.seen;
    if (call?.sessionId !== this.callId) [this.callId, this.began] = [call?.sessionId, Date.now()];
    const seconds = call ? Math.max(call.seconds, Math.round((Date.now() - this.began) / 1000)) : 0;
    return this.phone.seen.state === "dialling" ? "" : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  tick() {
    if (!this.element.isConnected) return clearInterval(this.timer);
    if (this.phone.inCall && this.timed) this.timed.textContent = this.elapsed();
    else this.draw();
    return null;
  }
}
