// In the sound thread: gathers the microphone's samples, hands back a WAV file (PCM, mono) when told to stop.
class Taker extends AudioWorkletProcessor {
	constructor() {
		super();
		this.blocks = [];
		this.port.onmessage = () => {
			const file = wav(this.blocks);
			this.blocks = null;
			this.port.postMessage(file, [file]);
		};
	}
	process([input]) {
		if (this.blocks && input[0]) this.blocks.push(input[0].slice());
		return this.blocks !== null;
	}
}

function wav(blocks) {
	const count = blocks.reduce((sum, each) => sum + each.length, 0);
	const view = new DataView(new ArrayBuffer(44 + 2 * count));
	const word = (at, text) => [...text].forEach((c, i) => view.setUint8(at + i, c.charCodeAt(0)));
	const long = (at, n) => view.setUint32(at, n, true), short = (at, n) => view.setUint16(at, n, true);
	word(0, "RIFF"); long(4, 36 + 2 * count); word(8, "WAVEfmt "); long(16, 16); short(20, 1); short(22, 1);
	long(24, sampleRate); long(28, 2 * sampleRate); short(32, 2); short(34, 16); word(36, "data"); long(40, 2 * count);
	let at = 44;
	for (const block of blocks)
		for (const level of block) {
			view.setInt16(at, Math.max(-1, Math.min(1, level)) * 32767, true);
			at += 2;
		}
	return view.buffer;
}

registerProcessor("taker", Taker);
