/** Sections, and what the server says about itself. */

import { getJson, takeToken } from "./api.js";
import { setUpCompare } from "./compare.js";
import { alertUser, byId } from "./dom.js";
import { GalleryPage } from "./gallery.js";
import { setUpIdentify } from "./identify.js";
import { MapPage } from "./map.js";
import { stopPlaying } from "./player.js";

const SECTIONS = ["compare", "identify", "gallery", "map"];

const server = {
  status: null,
  onstatus: [],
  async refresh() {
    this.status = await getJson("/status");
    this.onstatus.forEach((told) => told(this.status));
  },
};

takeToken();
setUpCompare(server);
setUpIdentify(server);
const pages = { gallery: new GalleryPage(server), map: new MapPage() };

server.onstatus.push((status) => {
  const threshold = status.calibration.threshold;
  const point = threshold ? `, threshold ${threshold.value.toFixed(3)} (${threshold.name})` : ", no threshold";
  byId("about").textContent = `kowairo ${status.version}, encoder ${status.encoder.split("/").pop()}${point}`;
});

async function show(moved) {
  const wanted = location.hash.slice(1);
  if (moved && wanted === "main") return; // "Skip to the content": of the section that is shown
  const name = SECTIONS.includes(wanted) ? wanted : SECTIONS[0];
  SECTIONS.forEach((one) => { byId(one).hidden = one !== name; });
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  stopPlaying();
  alertUser("");
  if (moved) scrollTo(0, 0);
  try {
    await Promise.all([server.refresh(), pages[name]?.show()]);
  } catch (error) {
    alertUser(error.message);
  }
}

addEventListener("hashchange", () => show(true));
show(false);
