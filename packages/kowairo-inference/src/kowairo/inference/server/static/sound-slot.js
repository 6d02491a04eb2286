/** A place that takes recordings: dropped, chosen or spoken. */

import { Clip } from "./clip.js";
import { alertUser, byId, el, seconds } from "./dom.js";
import { Recorder, whyNoMicrophone } from "./recorder.js";

export class SoundSlot {
  #recorder = null;
  #spoken = 0;

  /** Into the element `id`; `most` recordings at a time, `onchange` after each change. */
  constructor(id, { title, why, most = 1, onchange, limits = () => null, level = "h2" }) {
    Object.assign(this, { most, onchange, limits, clips: [] });
    this.list = el("ul", { class: "clips" });
    this.input = el("input", { type: "file", class: "hidden", tabindex: "-1", "aria-hidden": "true", accept: "audio/*,.wav,.flac,.ogg,.opus,.mp3,.aiff", multiple: most > 1, id: `${id}-file` });
    this.input.addEventListener("change", () => { this.add([...this.input.files]); this.input.value = ""; });
    this.choose = el("button", { type: "button", onclick: () => this.input.click() }, most > 1 ? "Choose files" : "Choose a file");
    this.record = el("button", { type: "button", class: "rec", onclick: () => this.#toggle() }, "Record");
    const none = whyNoMicrophone();
    if (none) { this.record.disabled = true; this.record.title = none; }
    this.bar = el("i");
    this.level = el("div", { class: "level", hidden: true }, this.bar);
    const drop = el("div", { class: "drop" }, el("span", { class: "words" }, most > 1 ? "Drop recordings here" : "Drop a recording here"),
      el("div", { class: "ways" }, this.choose, this.record), this.level, this.input);
    this.root = el("div", { class: "slot card", role: "group", "aria-label": title }, el(level, {}, title), why && el("p", { class: "why" }, why), this.list, drop);
    this.#acceptDrops();
    byId(id).append(this.root);
  }

  /** Take files; of one place only the last stays. */
  async add(files) {
    const clips = files.map((file) => new Clip(file, file.name || "recording.wav"));
    if (this.most === 1) this.clips = [];
    const room = this.most - this.clips.length;
    if (clips.length > room) alertUser(`At most ${this.most} recordings at a time: ${clips.length - room} were left out.`);
    this.clips.push(...clips.slice(0, room));
    await this.#draw();
  }

  clear() {
    this.clips = [];
    return this.#draw();
  }

  async #draw() {
    const shown = await Promise.all(this.clips.map((clip) => clip.show(this.limits(), () => {
      this.clips = this.clips.filter((one) => one !== clip);
      this.#draw();
      this.choose.focus();
    })));
    this.list.replaceChildren(...shown);
    this.root.classList.toggle("has", shown.length > 0);
    const instead = this.most === 1 && shown.length > 0;
    this.choose.textContent = instead ? "Another file" : this.most > 1 ? (shown.length ? "More files" : "Choose files") : "Choose a file";
    this.onchange();
  }

  async #toggle() {
    if (this.#recorder) return this.#finish();
    const recorder = new Recorder();
    this.record.disabled = true; // until the browser has asked for the microphone: nothing can be stopped yet
    try {
      await recorder.start((peak, length) => {
        if (this.#recorder !== recorder) return; // a block that was on its way when it was stopped
        this.bar.style.transform = `scaleX(${Math.min(1, 1.4 * Math.sqrt(peak))})`;
        this.record.textContent = `Stop (${seconds(length)})`;
      }, () => this.#finish());
      this.#recorder = recorder;
      this.record.classList.add("on");
      this.record.textContent = "Stop";
      this.level.hidden = false;
    } catch (error) {
      alertUser(error.name === "NotAllowedError" ? "The browser does not allow the microphone for this page." : `No microphone: ${error.message}`);
    }
    this.record.disabled = false;
    if (document.activeElement === document.body) this.record.focus();
    return undefined;
  }

  async #finish() {
    const recorder = this.#recorder;
    if (!recorder) return;
    this.#recorder = null;
    this.record.classList.remove("on");
    this.record.textContent = "Record";
    this.level.hidden = true;
    const blob = await recorder.stop();
    this.#spoken += 1;
    await this.add([new File([blob], `Recording ${this.#spoken}.wav`, { type: "audio/wav" })]);
  }

  #acceptDrops() {
    const over = (on) => (event) => { event.preventDefault(); this.root.classList.toggle("over", on); };
    this.root.addEventListener("dragover", over(true));
    this.root.addEventListener("dragleave", over(false));
    this.root.addEventListener("drop", (event) => {
      over(false)(event);
      const files = [...event.dataTransfer.files];
      if (files.length) this.add(files);
    });
  }
}
