/** One recording: who of the gallery is it? */

import { post } from "./api.js";
import { byId, el, working } from "./dom.js";
import { SoundSlot } from "./sound-slot.js";
import { heard } from "./verdict.js";

const WHY = {
  below_threshold: "Nobody of the gallery",
  ambiguous: "Two voices are too close to tell",
};

function share(score) {
  return `${Math.max(0, Math.min(100, 100 * score))}%`;
}

function candidate(one, place, threshold) {
  return el("li", { class: place === 0 ? "first" : "" },
    el("div", { class: "row" }, el("b", {}, one.name), el("span", {}, one.score.toFixed(3).replace("-", "−"), el("small", {}, ` · ${one.num_references} ref.`))),
    el("div", { class: "meter", "aria-hidden": "true" }, el("i", { "--at": share(one.score) }), threshold !== null && el("span", { class: "cut", "--cut": share(threshold) })));
}

function found(answer) {
  const named = answer.name !== null;
  const first = answer.candidates[0].name;
  const title = named ? answer.name : WHY[answer.verdict] ?? `Closest: ${first}`;
  const rule = answer.threshold === null
    ? "The gallery has no threshold yet, so nobody is accepted or refused. kowairo gallery measure --keep finds one."
    : `Accepted from a score of ${answer.threshold.toFixed(3)} on${answer.margin ? `, ${answer.margin.toFixed(3)} above the next` : ""}.`;
  return [
    el("p", { class: `verdict ${named ? "same" : answer.verdict === "no_threshold" ? "" : "other"}` }, el("i", { "aria-hidden": "true" }, named ? "✓" : "?"), title),
    el("p", { class: "soft" }, rule),
    el("ol", { class: "candidates" }, ...answer.candidates.map((one, place) => candidate(one, place, answer.threshold))),
    el("ul", { class: "heard" }, heard(answer.recording)),
  ];
}

export function setUpIdentify(server) {
  const go = byId("identify-go");
  const slot = new SoundSlot("identify-slot", {
    title: "Recording", why: "Somebody of the gallery, or nobody of them.", limits: () => server.status?.limits,
    onchange: () => { go.disabled = !slot.clips.length || !server.status?.voices; },
  });
  server.onstatus.push((status) => {
    go.disabled = !slot.clips.length || !status.voices;
    byId("identify-hint").textContent = status.voices ? "" : "The gallery is empty: enrol somebody first.";
  });
  go.addEventListener("click", async () => {
    const answer = await working(go, () => post("/identify", { audio: slot.clips, count: 6 }));
    if (answer) byId("identify-result").replaceChildren(...found(answer));
  });
}
