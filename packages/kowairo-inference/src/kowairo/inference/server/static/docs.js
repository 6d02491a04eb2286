/** The description of the interface, as a page. */

import { byId, el } from "./dom.js";

const description = await (await fetch("/openapi.json")).json();
const schemas = description.components.schemas;
const resolve = (schema) => (schema?.$ref ? schemas[schema.$ref.split("/").pop()] : schema ?? {});

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.type === "array") return `list of ${typeOf(schema.items)}`;
  if (schema.format === "binary" || schema.contentMediaType) return "file";
  return schema.type ?? "any";
}

function fields(title, rows) {
  if (!rows.length) return [];
  return [el("h3", {}, title), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, el("table", {}, el("tbody", {}, ...rows.map(([name, kind, text]) =>
    el("tr", {}, el("td", {}, el("code", {}, name)), el("td", { class: "soft" }, kind), el("td", {}, text ?? ""))))))];
}

function bodyFields(operation) {
  const content = Object.values(operation.requestBody?.content ?? {})[0];
  const schema = resolve(content?.schema);
  return Object.entries(schema.properties ?? {}).map(([name, one]) => [name, typeOf(one) + (schema.required?.includes(name) ? "" : ", optional"), one.description]);
}

function answerFields(operation) {
  const schema = operation.responses["200"].content?.["application/json"]?.schema;
  const one = resolve(schema?.type === "array" ? schema.items : schema);
  return Object.entries(one.properties ?? {}).map(([name, field]) => [name, typeOf(field), field.description]);
}

function endpoint(path, method, operation) {
  const asked = (operation.parameters ?? []).map((one) => [one.name, `${typeOf(one.schema)}, in the address`, one.description ?? one.schema.description]);
  const refused = Object.keys(operation.responses).filter((status) => status !== "200").join(", ");
  return el("section", { class: "card endpoint" },
    el("h2", {}, el("span", { class: `method ${method}` }, method.toUpperCase()), path),
    el("p", {}, operation.description ?? operation.summary),
    ...fields("Takes", [...asked, ...bodyFields(operation)]), ...fields("Gives", answerFields(operation)),
    refused ? el("p", { class: "fine" }, `Errors: ${refused}`) : null);
}

byId("example").textContent = [
  `curl -F name=日向 -F audio=@one.wav -F audio=@two.wav ${location.origin}/enroll`,
  `curl -F name=日向 -F audio=@who.wav ${location.origin}/verify`,
].join("\n");
for (const [path, methods] of Object.entries(description.paths)) {
  for (const [method, operation] of Object.entries(methods)) byId("endpoints").append(endpoint(path, method, operation));
}
