// Hands the microphone's samples to the page, a block at a time.
class Taker extends AudioWorkletProcessor {
  process([input]) {
    if (input[0]) this.port.postMessage(input[0].slice());
    return true;
  }
}
registerProcessor("taker", Taker);
