/** Voices with names: enrol, list, play, remove. */

import { getBlob, getJson, post, query, remove, sentence } from "./api.js";
import { alertUser, byId, confirmed, counted, el, seconds, working } from "./dom.js";
import { playButton } from "./player.js";
import { SoundSlot } from "./sound-slot.js";

const shortSource = (source) => source.replace(/ \[[0-9a-f]{8}\]$/, "").split("/").pop();

/** A button that plays a reference, or nothing where its audio is not there. */
export function referenceButton(reference) {
  if (!reference.has_audio) return el("span", { class: "none", title: "Its audio was not kept" }, "–");
  const fields = { name: reference.name, reference: reference.id };
  return playButton(`${reference.name}, ${shortSource(reference.source)}`, () => getBlob(query("/references/audio", fields)));
}

export class GalleryPage {
  constructor(server) {
    this.server = server;
    this.open = new Set();
    this.voices = [];
    this.go = byId("enrol-go");
    this.name = byId("enrol-name");
    const changed = () => { this.go.disabled = !this.slot?.clips.length || !this.name.value.trim(); };
    this.slot = new SoundSlot("enrol-slot", { title: "Recordings", most: 20, limits: () => server.status?.limits, onchange: changed, level: "h3" });
    this.name.addEventListener("input", changed);
    byId("enrol").addEventListener("submit", (event) => { event.preventDefault(); this.#enrol(); });
    byId("voice-filter").addEventListener("input", () => this.#draw());
    server.onstatus.push((status) => {
      byId("enrol-kept").textContent = status.keeps_audio
        ? "Their audio is kept, so that you can play it here."
        : "Their audio is not kept, only what tells the voice from others.";
      byId("gallery-lead").textContent = `${counted(status.voices, "voice")}, ${counted(status.references, "reference")}${status.temporary ? ", forgotten when the server stops." : "."}`;
    });
  }

  async show() {
    this.voices = await getJson("/voices");
    this.#draw();
  }

  async #enrol() {
    const answer = await working(this.go, () => post("/enroll", { name: this.name.value, audio: this.slot.clips }));
    if (!answer) return;
    const again = answer.already_there ? `, ${counted(answer.already_there, "recording")} it had already` : "";
    byId("enrol-hint").textContent = `${answer.name}: ${counted(answer.added, "reference")} added${again}.`;
    if (answer.refused.length) alertUser(answer.refused.map(sentence).join(" "));
    this.open.add(answer.name);
    this.name.value = "";
    await this.slot.clear();
    await Promise.all([this.show(), this.server.refresh()]);
    this.name.focus();
  }

  #draw() {
    const wanted = byId("voice-filter").value.normalize("NFC").trim().toLowerCase();
    const shown = this.voices.filter((voice) => voice.name.toLowerCase().includes(wanted));
    const empty = el("li", { class: "empty" }, this.voices.length ? "No voice of that name." : "Nobody is enrolled yet.");
    byId("voices").replaceChildren(...(shown.length ? shown.map((voice) => this.#row(voice)) : [empty]));
  }

  #row(voice) {
    const list = el("ul", { class: "refs", hidden: true });
    const head = el("button", { type: "button", "aria-expanded": "false" }, el("b", {}, voice.name), el("small", {}, `${counted(voice.num_references, "ref")} · ${seconds(voice.duration_s)}`));
    const toggle = async (on) => {
      if (on) list.replaceChildren(...(await getJson(query("/references", { name: voice.name }))).map((one) => this.#reference(one)));
      list.hidden = !on;
      head.setAttribute("aria-expanded", String(on));
      this.open[on ? "add" : "delete"](voice.name);
    };
    head.addEventListener("click", () => toggle(list.hidden).catch((error) => alertUser(error.message)));
    if (this.open.has(voice.name)) toggle(true).catch(() => this.open.delete(voice.name));
    const away = el("button", { type: "button", class: "quiet", "aria-label": `Remove ${voice.name}`, onclick: () => this.#remove(`Remove ${voice.name} with ${counted(voice.num_references, "reference")}?`, query("/voices", { name: voice.name })) }, "✕");
    return el("li", {}, el("div", { class: "voice" }, head, away), list);
  }

  #reference(one) {
    const source = shortSource(one.source);
    const fields = { name: one.name, reference: one.id };
    return el("li", {}, referenceButton(one), el("span", { class: "name" }, source, el("small", {}, seconds(one.duration_s))),
      el("button", { type: "button", class: "quiet", "aria-label": `Remove ${source}`, onclick: () => this.#remove(`Remove ${source} of ${one.name}?`, query("/references", fields)) }, "✕"));
  }

  async #remove(question, path) {
    if (!(await confirmed(question))) return;
    try {
      await remove(path);
    } catch (error) {
      alertUser(error.message);
    }
    await Promise.all([this.show(), this.server.refresh()]);
    byId("voice-filter").focus();
  }
}
