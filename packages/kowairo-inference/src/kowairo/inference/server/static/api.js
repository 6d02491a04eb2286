/** Requests to this server, with its token where it needs one. */

import { byId } from "./dom.js";

const REASONS = {
  silent: "is silent",
  too_short: "is too short",
  too_long: "is too long",
  clipped: "is clipped to pieces",
  empty: "is empty",
  undecodable: "cannot be read as audio",
  not_finite: "has values that are no numbers",
};
const KEY = "kowairo-token";

let asking = null;

/** Take the token out of the address, where it would be seen, into this tab's memory. */
export function takeToken() {
  const found = /^#token=(.+)$/.exec(location.hash);
  if (!found) return;
  sessionStorage.setItem(KEY, decodeURIComponent(found[1]));
  history.replaceState(null, "", location.pathname);
}

async function ask(path, options) {
  const token = sessionStorage.getItem(KEY);
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  try {
    return await fetch(path, { ...options, headers, credentials: "omit" });
  } catch {
    throw new Error("The server does not answer.");
  }
}

function askForToken() {
  asking ??= new Promise((resolve) => {
    const dialog = byId("token");
    dialog.addEventListener("close", () => {
      sessionStorage.setItem(KEY, byId("token-input").value.trim());
      asking = null;
      resolve();
    }, { once: true });
    dialog.showModal();
  });
  return asking;
}

async function answered(path, options) {
  let response = await ask(path, options);
  while (response.status === 401) {
    await askForToken();
    response = await ask(path, options);
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => ({ detail: response.statusText }));
  throw new Error(sentence(told));
}

/** What a refusal means, in a sentence. */
export function sentence(told) {
  const words = REASONS[told.reason];
  if (words) return `${told.file ?? "The recording"} ${words}: ${told.detail}.`;
  const text = String(told.detail);
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}

export const getJson = async (path) => (await answered(path, {})).json();
export const getBlob = async (path) => (await answered(path, {})).blob();
export const remove = async (path) => (await answered(path, { method: "DELETE" })).json();

/** Post a form: values are texts, or lists of clips. */
export async function post(path, fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (Array.isArray(value)) value.forEach((clip) => form.append(name, clip.blob, clip.name));
    else form.append(name, value);
  }
  return (await answered(path, { method: "POST", body: form })).json();
}

export const query = (path, fields) => `${path}?${new URLSearchParams(fields)}`;
