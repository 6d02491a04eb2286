/** A verdict as words, a place on the calibrated scale, and the numbers behind it. */

import { el, seconds } from "./dom.js";

const NOTES = {
  no_words: "no words: a laugh, a breath?",
  little_sound: "less than a second of sound",
  noisy: "noisy",
  clipped: "clipped",
  unlike_training: "unlike what the encoder has learned",
};
const LOG10 = Math.log(10);
const CLOSE_NATS = 1;
const signed = (value, digits) => value.toFixed(digits).replace("-", "−");
const percent = (value) => `${(100 * value).toFixed(1)} %`;
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** "12 times", rounded as odds deserve. */
function times(odds) {
  if (odds >= 1e6) return "over a million times";
  const rounded = odds >= 100 ? Number(odds.toPrecision(1)) : odds >= 10 ? Math.round(odds) : Number(odds.toPrecision(2));
  return `${rounded.toLocaleString("en")} times`;
}

function axisOf(answer, calibration) {
  if (answer.llr === null || !calibration?.scale) {
    const ticks = [-0.2, 0, 0.2, 0.4, 0.6, 0.8, 1].map((value) => ({ value, text: signed(value, 1) }));
    return { low: -0.2, high: 1, value: answer.cosine, cut: answer.threshold, ticks, unit: "cosine" };
  }
  const cut = answer.threshold === null ? null : calibration.scale * answer.threshold + calibration.offset;
  const ticks = [-3, -2, -1, 0, 1, 2, 3].map((power) => ({ value: power * LOG10, text: power === 0 ? "even" : `${10 ** Math.abs(power)}×`.replace("1000", "1,000"), minor: Math.abs(power) === 2 }));
  return { low: -3.6 * LOG10, high: 3.6 * LOG10, value: answer.llr, cut, ticks, unit: "odds" };
}

function scale(axis) {
  const at = (value) => `${clamp((100 * (value - axis.low)) / (axis.high - axis.low), 0, 100)}%`;
  const cut = axis.cut === null ? null : el("div", { class: "cut", "--at": at(axis.cut) }, el("span", {}, "threshold"));
  return el("div", { class: "scale", "aria-hidden": "true" },
    el("div", { class: "track", "--cut": axis.cut === null ? "50%" : at(axis.cut) }, cut, el("div", { class: "mark", "--at": at(axis.value) })),
    el("div", { class: "ticks" }, ...axis.ticks.map(({ value, text, minor }) => el("span", { "--at": at(value), class: minor && "minor" }, text))),
    el("div", { class: "ends" }, el("span", {}, "← different voices"), el("span", {}, "same voice →")));
}

function inWords(answer) {
  if (answer.llr === null) return `Cosine ${signed(answer.cosine, 2)}; the encoder is not calibrated, so odds are not known.`;
  const odds = Math.exp(Math.abs(answer.llr));
  if (odds < 1.5) return "A score like this is about as common within one voice as between two.";
  return answer.llr > 0
    ? `A score like this is ${times(odds)} as common within one voice as between two.`
    : `A score like this is ${times(odds)} as common between two voices as within one.`;
}

/** One recording with what weakens it. */
export function heard(recording, role) {
  const facts = [seconds(recording.duration_s)];
  if (recording.speech_s !== null) facts.push(`${seconds(recording.speech_s)} of words`);
  facts.push(`${recording.snr_db.toFixed(0)} dB above its noise`);
  return el("li", {}, el("b", {}, recording.name), ` ${role ? `(${role})` : ""} ${facts.join(", ")}`,
    ...recording.notes.map((note) => el("span", { class: "tag" }, NOTES[note] ?? note)));
}

function fact(name, value, small) {
  return el("div", {}, el("dt", {}, name), el("dd", {}, value, small && el("small", {}, small)));
}

function rate(name, found) {
  return found && fact(name, percent(found.value), `95 % interval ${(100 * found.low).toFixed(1)} to ${percent(found.high)}`);
}

/** The answer of /compare as a card. */
export function verdictCard(answer, calibration) {
  const axis = axisOf(answer, calibration);
  const kind = answer.same === null ? "" : answer.same ? "same" : "other";
  const title = answer.same === null ? "No verdict" : answer.same ? "Same voice" : "Different voices";
  const nats = calibration?.scale ? Math.abs(axis.value - axis.cut) : calibration ? Infinity : 0;
  const close = answer.same !== null && nats < CLOSE_NATS;
  return el("div", { class: `card ${kind}` },
    el("p", { class: `verdict ${kind}` }, el("i", { "aria-hidden": "true" }, answer.same === null ? "?" : answer.same ? "=" : "≠"), el("span", {}, title, close && el("small", { class: "tag" }, "a close call"))),
    el("p", { class: "says" }, inWords(answer)), scale(axis),
    el("dl", { class: "facts" },
      fact("Cosine", signed(answer.cosine, 3), answer.threshold === null ? "no threshold" : `threshold ${answer.threshold.toFixed(3)} (${answer.operating_point})`),
      answer.llr !== null && fact("Log-likelihood ratio", signed(answer.llr, 2), `probability ${answer.probability.toFixed(3)} at a prior of ½`),
      rate("Other voices accepted", answer.far), rate("Same voice rejected", answer.frr)),
    el("ul", { class: "heard" }, ...answer.known.map((one) => heard(one, "known")), heard(answer.questioned, "questioned")));
}
