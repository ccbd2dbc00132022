// The microphone: PCM by an AudioWorklet, cut into short WAV pieces while a phone records.
import { speak, words } from "./talk.js";

const REASONS = { NotFoundError: "mic_missing", OverconstrainedError: "mic_missing" };

export class Microphone {
  constructor(tell) {
    this.tell = tell;
    this.state = "unasked";
    this.number = null;
    this.sending = Promise.resolve();
  }

  // Ask once, with the first phone that is switched on; where it fails, say why.
  async ask(context) {
    if (this.state !== "unasked") return;
    this.state = "asked";
    try {
      if (!navigator.mediaDevices) throw new DOMException("", "NotFoundError");
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true } });
      await context.audioWorklet.addModule("/static/recorder.js");
      const node = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 1 });
      node.port.onmessage = (event) => this.heard(event.data, context.sampleRate);
      const mute = new GainNode(context, { gain: 0 });
      new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(node).connect(mute).connect(context.destination);
      this.state = "ready";
      this.tell(words.mic_on);
    } catch (error) {
      this.state = "missing";
      this.tell(words[REASONS[error.name] ?? "mic_refused"]);
    }
  }

  get ready() {
    return this.state === "ready";
  }

  // From now on what is spoken goes to this phone; null stops it.
  listenFor(number) {
    this.number = number;
  }

  heard(samples, rate) {
    if (!this.number) return;
    const [number, piece] = [this.number, wav(thinned(samples, rate, 16000), 16000)];
    this.sending = this.sending.then(() => speak(number, piece)).catch(() => {});
  }
}

// Average neighbouring samples down to the wanted rate.
function thinned(samples, rate, wanted) {
  const step = rate / wanted;
  const out = new Int16Array(Math.floor(samples.length / step));
  for (let index = 0; index < out.length; index++) {
    const from = Math.floor(index * step);
    const to = Math.max(from + 1, Math.floor((index + 1) * step));
    let sum = 0;
    for (let at = from; at < to; at++) sum += samples[at];
    out[index] = Math.max(-1, Math.min(1, sum / (to - from))) * 32767;
  }
  return out;
}

function wav(samples, rate) {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at, letters) => [...letters].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) => view.setInt16(44 + index * 2, sample, true));
  return new Blob([view.buffer], { type: "audio/wav" });
}
