// Everything that is heard: clips through the band of a telephone, key tones, ring-back, ring tone, the click.
// One context for the page; it wakes with the first phone that is switched on.
const DTMF = { 1: [697, 1209], 2: [697, 1336], 3: [697, 1477], 4: [770, 1209], 5: [770, 1336], 6: [770, 1477],
  7: [852, 1209], 8: [852, 1336], 9: [852, 1477], "*": [941, 1209], 0: [941, 1336], "#": [941, 1477] };

export class Sound {
  constructor() {
    this.context = null;
    this.volume = 0.7;
    this.clips = new Map();
  }

  async unlock() {
    if (!this.context) {
      this.context = new AudioContext();
      this.out = new GainNode(this.context, { gain: this.volume });
      this.out.connect(this.context.destination);
      // 300 to 3400 Hz and a gentle squeeze, as a line does
      const low = new BiquadFilterNode(this.context, { type: "highpass", frequency: 300, Q: 0.8 });
      const high = new BiquadFilterNode(this.context, { type: "lowpass", frequency: 3400, Q: 0.9 });
      const squeeze = new DynamicsCompressorNode(this.context, { threshold: -24, ratio: 4 });
      low.connect(high).connect(squeeze).connect(this.out);
      this.line = low;
    }
    await this.context.resume();
  }

  setVolume(volume) {
    this.volume = volume;
    if (this.out) this.out.gain.value = volume;
  }

  // Play a clip by its path on this server; returns a function that stops it.
  clip(path) {
    if (!this.context) return () => {};
    let source = null;
    let stopped = false;
    const began = this.context.currentTime;
    this.decoded(path).then((buffer) => {
      if (stopped || !buffer) return;
      const late = this.context.currentTime - began;
      source = new AudioBufferSourceNode(this.context, { buffer });
      source.connect(this.line);
      source.start(0, Math.min(late, buffer.duration));
    });
    return () => {
      stopped = true;
      source?.stop();
    };
  }

  async decoded(path) {
    if (!this.clips.has(path)) {
      const loading = fetch(path)
        .then((answer) => (answer.ok ? answer.arrayBuffer() : null))
        .then((bytes) => bytes && this.context.decodeAudioData(bytes))
        .catch(() => null);
      this.clips.set(path, loading);
      if (!(await loading)) this.clips.delete(path);
      return loading;
    }
    return this.clips.get(path);
  }

  // Tones of these frequencies for so many seconds, from a moment on.
  tone(frequencies, seconds, { at = 0, gain = 0.12, type = "sine" } = {}) {
    if (!this.context) return [];
    const start = this.context.currentTime + at;
    return frequencies.map((frequency) => {
      const tone = new OscillatorNode(this.context, { frequency, type });
      const level = new GainNode(this.context, { gain: 0 });
      level.gain.setValueAtTime(0, start);
      level.gain.linearRampToValueAtTime(gain, start + 0.008);
      level.gain.setValueAtTime(gain, start + seconds - 0.01);
      level.gain.linearRampToValueAtTime(0, start + seconds);
      tone.connect(level).connect(this.line);
      tone.start(start);
      tone.stop(start + seconds);
      return tone;
    });
  }

  key(key) {
    this.tone(DTMF[key] ?? [1000], 0.12);
  }

  beep() {
    this.tone([1000], 0.4, { gain: 0.1 });
  }

  click() {
    this.tone([1800], 0.03, { gain: 0.2, type: "square" });
    this.tone([400], 0.25, { at: 0.12, gain: 0.08 });
    this.tone([400], 0.25, { at: 0.55, gain: 0.08 });
  }

  // Indian ring-back: 425 Hz, on 0.4, off 0.2, on 0.4, off 2.0
  ringBack() {
    return this.repeat(3000, () => [...this.tone([425], 0.4, { gain: 0.08 }), ...this.tone([425], 0.4, { at: 0.6, gain: 0.08 })]);
  }

  ringTone() {
    const notes = [659, 784, 880, 784, 659, 784, 988, 880];
    return this.repeat(2600, () => notes.flatMap((note, index) => this.tone([note, note * 2], 0.13, { at: index * 0.16, gain: 0.05, type: "triangle" })));
  }

  repeat(milliseconds, play) {
    let tones = play();
    const timer = setInterval(() => (tones = play()), milliseconds);
    return () => {
      clearInterval(timer);
      for (const tone of tones) tone.stop();
    };
  }
}
