/** The microphone as a WAV file: no codec that the server would need a program for. */

const MAX_S = 30;

/** Why there is no microphone, or nothing. */
export function whyNoMicrophone() {
  if (navigator.mediaDevices?.getUserMedia) return "";
  return "Browsers give the microphone to pages of this machine or over HTTPS only.";
}

export class Recorder {
  #blocks = [];
  #context = null;
  #stream = null;

  /**
   * Start; `onlevel` gets the peak of each block, `onfull` is called when the longest recording is reached.
   * Where it fails, the microphone is off again.
   */
  async start(onlevel, onfull) {
    const audio = { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio });
    try {
      await this.#listen(onlevel, onfull);
    } catch (error) {
      await this.#release();
      throw error;
    }
  }

  async #listen(onlevel, onfull) {
    this.#context = new AudioContext();
    await this.#context.audioWorklet.addModule("/static/recorder-worklet.js");
    const node = new AudioWorkletNode(this.#context, "recorder", { numberOfOutputs: 0 });
    this.#blocks = [];
    let left = MAX_S * this.#context.sampleRate;
    node.port.onmessage = ({ data }) => {
      this.#blocks.push(data);
      left -= data.length;
      onlevel(data.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0), MAX_S - left / this.#context.sampleRate);
      if (left <= 0) onfull();
    };
    this.#context.createMediaStreamSource(this.#stream).connect(node);
  }

  /** Stop, and give the file. */
  async stop() {
    const rate = this.#context.sampleRate;
    await this.#release();
    return new Blob([wav(this.#blocks, rate)], { type: "audio/wav" });
  }

  async #release() {
    this.#stream.getTracks().forEach((track) => track.stop());
    await this.#context?.close();
  }
}

/** Blocks of samples as a WAV file, mono, 16 bit. */
export function wav(blocks, rate) {
  const count = blocks.reduce((sum, block) => sum + block.length, 0);
  const view = new DataView(new ArrayBuffer(44 + 2 * count));
  const text = (place, word) => [...word].forEach((one, i) => view.setUint8(place + i, one.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + 2 * count, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, rate, true); view.setUint32(28, 2 * rate, true);
  view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  text(36, "data"); view.setUint32(40, 2 * count, true);
  let place = 44;
  for (const block of blocks) {
    for (const sample of block) {
      view.setInt16(place, Math.round(32767 * Math.max(-1, Math.min(1, sample))), true);
      place += 2;
    }
  }
  return view.buffer;
}
