/** The gallery as a map: points to hear. */

import { getBlob, getJson, query } from "./api.js";
import { byId, el, seconds, svg } from "./dom.js";
import { play, stopPlaying } from "./player.js";

const WIDTH = 1000;
const HEIGHT = 620;
const MARGIN = 40;
const MOST_LABELS = 40;
const GOLDEN_DEGREES = 137.508;
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class MapPage {
  #points = [];
  #at = -1;
  #only = "";
  #player = el("button", { type: "button", hidden: true });

  constructor() {
    this.plot = byId("map-plot");
    this.told = byId("map-told");
    this.plot.addEventListener("keydown", (event) => this.#key(event));
    this.plot.addEventListener("click", (event) => this.#click(event));
  }

  async show() {
    stopPlaying(this.#player);
    this.told.textContent = "Drawing the map …";
    const found = await getJson("/map");
    const hues = new Map([...new Set(found.map((one) => one.reference.name))].map((name, i) => [name, (i * GOLDEN_DEGREES) % 360]));
    this.#points = found.map(({ reference, x, y }) => ({
      reference, hue: hues.get(reference.name),
      x: WIDTH / 2 + x * (WIDTH / 2 - MARGIN), y: HEIGHT / 2 - y * (HEIGHT / 2 - MARGIN),
    }));
    this.#at = -1;
    this.#only = "";
    this.#draw(hues);
    this.told.textContent = found.length ? "Choose a point to hear it; arrow keys move, Enter plays." : "The gallery is empty: enrol somebody first.";
  }

  #draw(hues) {
    const radius = this.#points.length > 300 ? 6 : 9;
    const circles = this.#points.map((point, i) => svg("circle", { cx: point.x, cy: point.y, r: radius, "data-i": i, "--hue": point.hue }));
    const labels = hues.size <= MOST_LABELS ? [...hues.keys()].map((name) => this.#label(name)) : [];
    this.drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" }, ...circles, ...labels);
    this.plot.replaceChildren(this.drawing);
    byId("map-legend").replaceChildren(...[...hues].map(([name, hue]) =>
      el("li", {}, el("button", { type: "button", "aria-pressed": "false", "data-name": name, onclick: () => this.#single(name) }, el("i", { "--hue": hue, "aria-hidden": "true" }), name))));
  }

  #label(name) {
    const own = this.#points.filter((point) => point.reference.name === name);
    const mean = (key) => own.reduce((sum, point) => sum + point[key], 0) / own.length;
    const top = Math.min(...own.map((point) => point.y));
    return svg("text", { x: Math.min(WIDTH - 70, Math.max(70, mean("x"))), y: Math.max(16, Math.min(top, mean("y")) - 14), "data-name": name }, name);
  }

  #single(name) {
    this.#only = this.#only === name ? "" : name;
    for (const button of byId("map-legend").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.name === this.#only));
    this.drawing.classList.toggle("dim", this.#only !== "");
    this.drawing.querySelectorAll("circle").forEach((circle, i) => circle.classList.toggle("of", this.#points[i].reference.name === this.#only));
    this.drawing.querySelectorAll("text").forEach((text) => text.classList.toggle("of", text.dataset.name === this.#only));
  }

  #click(event) {
    const place = event.target.dataset?.i;
    if (place === undefined) return;
    this.#choose(Number(place));
    this.#play();
  }

  #key(event) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.#play();
      return;
    }
    const direction = DIRECTIONS[event.key];
    if (!direction || !this.#points.length) return;
    event.preventDefault();
    this.#choose(this.#at < 0 ? 0 : this.#next(direction));
  }

  /** The nearest point on that side; what lies off the way counts twice. */
  #next([right, down]) {
    const here = this.#points[this.#at];
    let best = this.#at;
    let least = Infinity;
    this.#points.forEach((point, i) => {
      const along = (point.x - here.x) * right + (point.y - here.y) * down;
      const across = Math.abs((point.x - here.x) * down) + Math.abs((point.y - here.y) * right);
      if (i !== this.#at && along > 0.5 && along + 2 * across < least) [best, least] = [i, along + 2 * across];
    });
    return best;
  }

  #choose(place) {
    this.#at = place;
    const { reference } = this.#points[place];
    this.drawing.querySelectorAll("circle").forEach((circle, i) => circle.classList.toggle("at", i === place));
    const source = reference.source.replace(/ \[[0-9a-f]{8}\]$/, "").split("/").pop();
    this.told.replaceChildren(el("b", {}, reference.name), ` · ${source} · ${seconds(reference.duration_s)}${reference.has_audio ? "" : " · its audio was not kept"}`);
  }

  #play() {
    const reference = this.#points[this.#at]?.reference;
    if (!reference?.has_audio) return;
    stopPlaying(this.#player);
    play(this.#player, () => getBlob(query("/references/audio", { name: reference.name, reference: reference.id })))
      .catch(() => this.told.append(" · it cannot be played"));
  }
}
