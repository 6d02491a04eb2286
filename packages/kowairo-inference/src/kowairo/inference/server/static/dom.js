/** Elements out of plain values; text is always text, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/** Make an element: properties are set, `--name` ones as CSS variables, `on...` ones as listeners. */
export function el(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same in SVG, where everything is an attribute. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export const byId = (id) => document.getElementById(id);

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.startsWith("--")) element.style.setProperty(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Show an error until the next one, or until it is put away. */
export function alertUser(message) {
  const place = byId("alert");
  place.replaceChildren();
  if (!message) return;
  place.append(el("span", {}, message), el("button", { type: "button", onclick: () => alertUser("") }, "Dismiss"));
  place.scrollIntoView({ block: "nearest" });
}

/** Run work behind a button: it is busy meanwhile, and what goes wrong is shown. */
export async function working(button, work) {
  button.disabled = true;
  button.classList.add("busy");
  alertUser("");
  try {
    return await work();
  } catch (error) {
    alertUser(error.message);
    return null;
  } finally {
    button.classList.remove("busy");
    button.disabled = false;
  }
}

/** Ask before something is lost. */
export function confirmed(text) {
  const dialog = byId("confirm");
  byId("confirm-text").textContent = text;
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.returnValue = "no";
    dialog.showModal();
    dialog.querySelector("button[value=no]").focus();
  });
}

export const seconds = (value) => (value === null ? "" : `${value.toFixed(1)} s`);
export const counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
