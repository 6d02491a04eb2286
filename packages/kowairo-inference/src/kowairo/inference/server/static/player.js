/** One recording plays at a time; its button says so. */

import { el, svg } from "./dom.js";

const audio = new Audio();
let current = null;
let address = "";

const ICONS = { play: "M3 1.500l11 6.500-11 6.500z", stop: "M3 3h10v10H3z" };

function draw(button, on) {
  button.classList.toggle("on", on);
  button.setAttribute("aria-pressed", String(on));
  button.replaceChildren(svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: on ? ICONS.stop : ICONS.play })));
}

function silence() {
  audio.pause();
  if (current) {
    draw(current.button, false);
    current.onprogress(0);
  }
  current = null;
  if (address) URL.revokeObjectURL(address);
  address = "";
}

audio.addEventListener("ended", silence);
audio.addEventListener("error", () => current && silence());
audio.addEventListener("timeupdate", () => current && audio.duration && current.onprogress(audio.currentTime / audio.duration));

/** Play what `load` gives, a promise of a Blob. */
export async function play(button, load, onprogress = () => {}) {
  const again = current?.button === button;
  silence();
  if (again) return;
  current = { button, onprogress };
  draw(button, true);
  try {
    const blob = await load();
    if (current?.button !== button) return;
    address = URL.createObjectURL(blob);
    audio.src = address;
    await audio.play();
  } catch (error) {
    if (current?.button === button) silence();
    if (error.name !== "AbortError") throw error;
  }
}

export function stopPlaying(button) {
  if (!button || current?.button === button) silence();
}

/** A round button that plays. */
export function playButton(label, load, onprogress) {
  const button = el("button", { type: "button", class: "play", "aria-label": `Play ${label}` });
  button.addEventListener("click", () => play(button, load, onprogress).catch(() => button.setAttribute("title", "It cannot be played here")));
  draw(button, false);
  return button;
}
