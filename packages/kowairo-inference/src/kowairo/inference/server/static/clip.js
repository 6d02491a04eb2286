/** A recording that the user chose or spoke: its file, its waveform, how to hear it. */

import { el, seconds, svg } from "./dom.js";
import { playButton, stopPlaying } from "./player.js";

const BARS = 120;
const context = () => new OfflineAudioContext(1, 1, 16000);

/** Loudest sample of each of so many parts. */
function peaks(samples) {
  const size = Math.max(1, Math.floor(samples.length / BARS));
  return Array.from({ length: BARS }, (_, bar) => {
    let peak = 0;
    for (let i = bar * size; i < Math.min((bar + 1) * size, samples.length); i++) peak = Math.max(peak, Math.abs(samples[i]));
    return peak;
  });
}

function wave(heights) {
  const loudest = Math.max(0.02, ...heights);
  const path = heights.map((height, bar) => {
    const half = Math.max(0.6, (19 * height) / loudest);
    return `M${bar + 0.5} ${20 - half}V${20 + half}`;
  }).join("");
  const cut = svg("rect", { width: 0, height: 40 });
  const id = `cut${Math.random().toString(36).slice(2)}`;
  const drawing = svg("svg", { class: "wave", viewBox: `0 0 ${BARS} 40`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("clipPath", { id }, cut), svg("path", { d: path }),
    svg("path", { d: path, class: "heard", "clip-path": `url(#${id})` }));
  return { drawing, heard: (share) => cut.setAttribute("width", share * BARS) };
}

export class Clip {
  constructor(blob, name) {
    this.blob = blob;
    this.name = name;
  }

  /** The clip as a list item; `onremove` is called by its button. */
  async show(limits, onremove) {
    const details = { length: null, heights: Array(BARS).fill(0) };
    try {
      const decoded = await context().decodeAudioData(await this.blob.arrayBuffer());
      details.length = decoded.duration;
      details.heights = peaks(decoded.getChannelData(0));
    } catch { /* The server knows more kinds of files than the browser, and says what it cannot read. */ }
    const { drawing, heard } = wave(details.heights);
    const button = playButton(this.name, async () => this.blob, heard);
    const tooLong = limits && details.length > limits.max_duration_s;
    const tooLarge = limits && this.blob.size > limits.max_request_bytes;
    const remove = el("button", { type: "button", class: "quiet", "aria-label": `Put away ${this.name}`, onclick: () => { stopPlaying(button); onremove(); } }, "✕");
    return el("li", { class: "clip" }, button, drawing, remove,
      el("div", { class: "what" }, el("b", { title: this.name }, this.name), el("span", {}, seconds(details.length))),
      tooLong && el("p", { class: "flaw" }, `Longer than ${limits.max_duration_s} s: the server will refuse it.`),
      tooLarge && el("p", { class: "flaw" }, `Larger than ${Math.round(limits.max_request_bytes / 2 ** 20)} MB: the server will refuse it.`));
  }
}
