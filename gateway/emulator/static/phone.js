// One drawn phone: its keys, what each does now, and the sounds that belong to its state.
import { act, lines, make, shown, words } from "./talk.js";
import { body } from "./body.js";
import { Screen } from "./screen.js";

const KEYS = [["1", ""], ["2", "abc"], ["3", "def"], ["4", "ghi"], ["5", "jkl"], ["6", "mno"], ["7", "pqrs"],
  ["8", "tuv"], ["9", "wxyz"], ["*", "+"], ["0", "␣"], ["#", "⇧"]];

export class Phone {
  constructor(number, { sound, microphone, close, changed }) {
    Object.assign(this, { number, sound, microphone, changed });
    this.awake = false;
    this.seen = { state: "idle", on: true, inbox: [], heard: [], call: null, name: "", village: "" };
    this.heard = [];
    this.dialled = "";
    this.line = 0;
    this.mode = "idle";
    this.cursor = 0;
    this.notice = "";
    this.stopSound = this.stopTone = null;
    this.playing = null;
    this.screen = new Screen(this);
    this.captions = make("ol", { class: "captions", "aria-live": "polite" });
    this.name = make("h2");
    this.place = make("p", { class: "place" });
    this.power = make("button", { type: "button", class: "power", onclick: () => this.toggle() });
    this.sample = make("button", { type: "button", class: "plain sample", onclick: () => this.speakSample() }, words.sample);
    this.element = make(
      "article", { class: "handset", tabindex: "0", "aria-label": shown(number) },
      make("div", { class: "shell" }, body(), this.screen.element, this.softKeys(), this.callKeys(), this.keypad()),
      make("div", { class: "who" }, this.name, this.place,
        make("p", { class: "acts" }, this.power, make("button", { type: "button", class: "shut", "aria-label": words.close, title: words.close, onclick: () => close(this) }, "×"))),
      this.sample,
      make("details", { class: "heard", open: "" }, make("summary", {}, words.captions), this.captions),
    );
    this.draw();
  }

  key(label, name, onclick, small = "") {
    const press = (event) => {
      event.preventDefault();
      event.currentTarget.focus({ preventScroll: true });
      onclick();
    };
    const byKeyboard = (event) => event.detail === 0 && onclick();
    return make("button", { type: "button", class: `key ${name}`, "aria-label": label, onpointerdown: press, onclick: byKeyboard },
      name.startsWith("k") ? label : "", small && make("small", {}, small));
  }

  softKeys() {
    return make("div", { class: "soft" },
      this.key("left", "s-left", () => this.soft("left")), this.key(words.up, "s-up", () => this.move(-1)),
      this.key(words.down, "s-down", () => this.move(1)), this.key("right", "s-right", () => this.soft("right")));
  }

  callKeys() {
    return make("div", { class: "calls" },
      this.key(words.green, "green", () => this.green()), this.key(words.red, "red", () => this.red()));
  }

  keypad() {
    return make("div", { class: "pad" }, ...KEYS.map(([key, letters]) => this.key(key, "k", () => this.digit(key), letters || " ")));
  }

  focus() {
    this.element.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  async toggle() {
    await (this.awake ? this.switchOff() : this.switchOn());
  }

  async switchOn() {
    await this.sound.unlock();
    this.microphone.ask(this.sound.context);
    this.awake = true;
    this.mode = "idle";
    await act(this.number, "switch", { on: true });
    this.changed();
    this.draw();
  }

  async switchOff() {
    await act(this.number, "switch", { on: false });
    this.awake = false;
    this.quiet();
    this.changed();
    this.draw();
  }

  typed(event) {
    const verbs = { Enter: () => this.green(), Escape: () => this.red(), ArrowUp: () => this.move(-1), ArrowDown: () => this.move(1),
      Backspace: () => this.soft("right") };
    const verb = /^[0-9*#]$/.test(event.key) ? () => this.digit(event.key) : verbs[event.key];
    if (!verb || (event.target.closest("button, summary, a") && event.key === "Enter")) return;
    event.preventDefault();
    verb();
  }

  // Once at a time: pressed twice, it would be spoken twice and the silence that ends a recording never come.
  async speakSample() {
    this.sample.disabled = true;
    const spoken = await act(this.number, "speak");
    setTimeout(() => (this.sample.disabled = false), (spoken.seconds ?? 0) * 1000);
  }

  digit(key) {
    if (!this.awake) return;
    this.sound.key(key);
    this.flash(key);
    if (this.inCall) act(this.number, "press", { keys: key });
    else if (this.seen.ussd) this.screen.type(key);
    else if (this.mode === "idle" && this.dialled.length < 24) this.dialled += key;
    this.draw();
  }

  flash(key) {
    const button = [...this.element.querySelectorAll(".pad .key")].find((k) => k.getAttribute("aria-label") === key);
    button?.classList.add("down");
    setTimeout(() => button?.classList.remove("down"), 120);
  }

  get inCall() {
    return ["in_call", "dialling"].includes(this.seen.state);
  }

  async green() {
    if (!this.awake) return this.switchOn();
    if (this.seen.state === "ringing") return act(this.number, "answer");
    if (this.inCall) return null;
    if (this.seen.ussd) return this.screen.reply();
    if (this.mode === "write") return this.screen.send();
    const isCode = /^\*.+#$/.test(this.dialled);
    const to = this.dialled ? full(this.dialled) : lines[this.line].number;
    const answer = await (isCode ? act(this.number, "ussd", { code: this.dialled }) : act(this.number, "dial", { to }));
    this.notice = answer.ok ? "" : answer.error;
    this.dialled = "";
    this.mode = "idle";
    return this.draw();
  }

  red() {
    if (!this.awake) return;
    if (this.inCall || this.seen.state === "ringing") act(this.number, "hang-up");
    if (this.seen.ussd) act(this.number, "cancel");
    this.mode = "idle";
    this.dialled = this.notice = "";
    this.draw();
  }

  move(step) {
    if (!this.awake) return;
    if (this.mode === "messages") this.cursor = Math.max(0, Math.min(this.seen.inbox.length - 1, this.cursor + step));
    else if (this.mode === "read" || this.seen.ussd) this.screen.scroll(step);
    else if (!this.inCall) this.line = (this.line + step + lines.length) % lines.length;
    this.draw();
  }

  soft(side) {
    if (this.awake) this.screen.soft(side);
  }

  // What the emulator says of this phone: draw it, and let its sounds follow.
  show(seen, time) {
    const before = this.seen;
    this.seen = seen;
    this.heard = seen.heard;
    this.time = time;
    if (seen.state !== before.state) this.stateMoved(before.state, seen.state);
    if (seen.inbox.length > before.inbox.length && before.number && this.awake) this.sound.tone([880, 1100], 0.15);
    this.followSound();
    this.microphone.listenFor(...this.recordingNow(before));
    this.draw();
  }

  // The microphone belongs to the one phone that records.
  recordingNow(before) {
    const now = this.awake && this.seen.call?.listening === "record";
    const was = before.call?.listening === "record";
    if (now) return [this.number];
    return [was || this.microphone.number === this.number ? null : this.microphone.number];
  }

  stateMoved(before, now) {
    this.stopTone?.();
    this.stopTone = null;
    if (!this.awake) return;
    if (now === "dialling") this.stopTone = this.sound.ringBack();
    if (now === "ringing") this.stopTone = this.sound.ringTone();
    if (now === "idle" && before !== "off") this.sound.click();
    if (now === "idle" && this.seen.last_call?.outcome === "declined") this.notice = words.busy;
    else if (now !== "idle") this.notice = "";
  }

  followSound() {
    const now = this.seen.call && this.seen.state === "in_call" ? this.heard.findLast((heard) => heard.playing) : null;
    if ((now?.id ?? null) === this.playing) return;
    this.stopSound?.();
    this.stopSound = null;
    this.playing = now?.id ?? null;
    if (!now || !this.awake) return;
    if (now.text === "beep" && !now.url) this.sound.beep();
    else if (now.url) this.stopSound = this.sound.clip("/media?" + new URLSearchParams({ url: now.url }));
    else this.stopSound = this.sound.clip(`/handset/sample.wav?seconds=${now.length.toFixed(1)}`);
  }

  quiet() {
    this.stopSound?.();
    this.stopTone?.();
    this.stopSound = this.stopTone = this.playing = null;
    if (this.microphone.number === this.number) this.microphone.listenFor(null);
  }

  draw() {
    const { seen } = this;
    this.name.textContent = seen.name || shown(this.number);
    this.place.textContent = [seen.village, seen.name ? shown(this.number) : ""].filter(Boolean).join(" · ");
    this.power.textContent = this.awake ? words.switch_off : words.switch_on;
    this.power.setAttribute("aria-pressed", String(this.awake));
    this.element.classList.toggle("asleep", !this.awake);
    this.element.classList.toggle("rings", this.awake && seen.state === "ringing");
    this.sample.hidden = !(this.awake && seen.call?.listening === "record");
    this.screen.draw();
    this.drawCaptions();
  }

  drawCaptions() {
    const latest = this.heard.filter((heard) => heard.text !== "beep").slice(-4);
    const rows = latest.map((heard) =>
      make("li", { class: [heard.missing ? "missing" : "", heard.playing ? "now" : "", heard.cut ? "cut" : ""].join(" ") },
        heard.missing ? `${words.missing}: ` : "", heard.text));
    this.captions.replaceChildren(...(rows.length ? rows : [make("li", { class: "empty" }, words.nothing_heard)]));
  }
}

function full(typed) {
  const digits = typed.replace(/[^0-9]/g, "");
  return digits.length === 10 ? `+91${digits}` : `+${digits}`;
}
