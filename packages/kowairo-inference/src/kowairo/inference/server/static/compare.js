/** Two recordings: one voice or two? */

import { post } from "./api.js";
import { byId, working } from "./dom.js";
import { SoundSlot } from "./sound-slot.js";
import { verdictCard } from "./verdict.js";

export function setUpCompare(server) {
  const go = byId("compare-go");
  const result = byId("compare-result");
  const limits = () => server.status?.limits;
  const changed = () => {
    const missing = [known, questioned].filter((slot) => !slot?.clips.length).length;
    go.disabled = missing > 0;
    byId("compare-hint").textContent = ["", "One more recording is needed.", "Two recordings are needed."][missing];
    result.replaceChildren();
  };
  let known, questioned;
  known = new SoundSlot("compare-known", { title: "Known voice", why: "One recording or several of the same person.", most: 10, onchange: changed, limits });
  questioned = new SoundSlot("compare-questioned", { title: "Questioned recording", why: "Whose voice is this?", onchange: changed, limits });
  go.addEventListener("click", async () => {
    const answer = await working(go, () => post("/compare", { known: known.clips, questioned: questioned.clips }));
    if (!answer) return;
    result.replaceChildren(verdictCard(answer, server.status?.calibration));
    const tall = result.offsetHeight > 0.6 * innerHeight;
    result.scrollIntoView({ block: tall ? "start" : "nearest" });
  });
}
