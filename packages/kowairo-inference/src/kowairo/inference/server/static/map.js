/** The gallery as a map: points to hear. */

import { getBlob, getJson, query } from "./api.js";
import { byId, el, seconds, svg } from "./dom.js";
import { play, stopPlaying } from "./player.js";

const MARGIN_X = 44;
const MARGIN_Y = 34;
const MOST_LABELS = 40;
const GOLDEN_DEGREES = 137.508;
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class MapPage {
  #points = [];
  #at = -1;
  #only = "";
  #hues = new Map();
  #player = el("button", { type: "button", hidden: true });

  constructor() {
    this.plot = byId("map-plot");
    this.told = byId("map-told");
    this.plot.addEventListener("keydown", (event) => this.#key(event));
    this.plot.addEventListener("click", (event) => this.#click(event));
    new ResizeObserver(() => this.#points.length && this.#draw()).observe(this.plot);
  }

  async show() {
    stopPlaying(this.#player);
    this.told.textContent = "Drawing the map …";
    const found = await getJson("/map");
    this.#hues = new Map([...new Set(found.map((one) => one.reference.name))].map((name, i) => [name, (i * GOLDEN_DEGREES) % 360]));
    this.#points = found.map(({ reference, x, y }) => ({
      reference, hue: this.#hues.get(reference.name), mapX: x, mapY: y,
    }));
    this.#at = -1;
    this.#only = "";
    byId("map-legend").replaceChildren(...[...this.#hues].map(([name, hue]) =>
      el("li", {}, el("button", { type: "button", "aria-pressed": "false", "data-name": name, onclick: () => this.#single(name) }, el("i", { "--hue": hue, "aria-hidden": "true" }), name))));
    this.#draw();
    this.told.textContent = found.length ? "Choose a point to hear it; arrow keys move, Enter plays." : "The gallery is empty: enrol somebody first.";
  }

  #draw() {
    const [width, height] = [this.plot.clientWidth, this.plot.clientHeight];
    for (const point of this.#points) {
      point.x = width / 2 + point.mapX * (width / 2 - MARGIN_X);
      point.y = height / 2 - point.mapY * (height / 2 - MARGIN_Y);
    }
    const radius = this.#points.length > 300 || width < 500 ? 5.5 : 8;
    const circles = this.#points.map((point, i) => svg("circle", { cx: point.x, cy: point.y, r: radius, "data-i": i, "--hue": point.hue }));
    const labels = this.#hues.size <= MOST_LABELS ? [...this.#hues.keys()].map((name) => this.#label(name, width)) : [];
    this.drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" }, ...circles, ...labels);
    this.plot.replaceChildren(this.drawing);
    this.#dim();
    if (this.#at >= 0) this.#choose(this.#at);
  }

  #label(name, width) {
    const own = this.#points.filter((point) => point.reference.name === name);
    const mean = (key) => own.reduce((sum, point) => sum + point[key], 0) / own.length;
    const top = Math.min(...own.map((point) => point.y));
    return svg("text", { x: Math.min(width - 46, Math.max(46, mean("x"))), y: Math.max(16, Math.min(top, mean("y")) - 13), "data-name": name }, name);
  }

  #single(name) {
    this.#only = this.#only === name ? "" : name;
    for (const button of byId("map-legend").querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.name === this.#only));
    this.#dim();
  }

  #dim() {
    this.drawing.classList.toggle("dim", this.#only !== "");
    this.drawing.querySelectorAll("circle").forEach((circle) => circle.classList.toggle("of", this.#points[circle.dataset.i].reference.name === this.#only));
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
    for (const circle of this.drawing.querySelectorAll("circle")) circle.classList.toggle("at", Number(circle.dataset.i) === place);
    this.drawing.append(this.drawing.querySelector("circle.at")); // above its neighbours
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
