/**
 * A page over the ODK engine for the bench: every question of a form on one page, each part of it updated by the
 * engine's own reactivity (solid-js, which the engine is built on) and nothing else. No style, no saving: as little
 * beside the engine as there can be.
 */
import { createRenderEffect, createRoot, mapArray } from "solid-js";
import { createMutable } from "solid-js/store";
import { loadForm } from "@getodk/xforms-engine";

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function text(read) {
  const node = document.createTextNode("");
  createRenderEffect(() => (node.data = read() ?? ""));
  return node;
}

const nameOf = (node) => node.currentState.reference.split("/").pop();

function choiceField(node) {
  const name = nameOf(node), box = element("div"), type = node.selectType === "select" ? "checkbox" : "radio";
  const rows = mapArray(() => node.currentState.valueOptions, (option) => {
    const input = element("input", { type, name, "data-testid": `option-${name}-${option.value}` });
    createRenderEffect(() => (input.checked = node.currentState.value.includes(option.value)));
    input.addEventListener("change", () => node.selectValue(option.value));
    return element("label", {}, input, text(() => option.label.asString));
  });
  createRenderEffect(() => box.replaceChildren(...rows()));
  return box;
}

function inputField(node) {
  const input = element("input", { type: "text" });
  createRenderEffect(() => (input.value = node.currentState.instanceValue));
  input.addEventListener("input", () => node.setValue(input.value));
  return input;
}

function question(node) {
  const box = element("fieldset", { "data-testid": `question-${nameOf(node)}` });
  box.append(element("legend", {}, text(() => node.currentState.label?.asString)));
  if (node.nodeType === "select") box.append(choiceField(node));
  else if (node.nodeType === "input") box.append(inputField(node));
  box.append(element("p", {}, text(() => node.validationState.violation?.message?.asString)));
  createRenderEffect(() => (box.hidden = !node.currentState.relevant));
  return box;
}

function* leaves(node) {
  for (const child of node.currentState.children ?? []) {
    if (["input", "select", "note"].includes(child.nodeType)) yield child;
    else if (child.currentState.children) yield* leaves(child);
  }
}

const loaded = await loadForm(await (await fetch("form.xml")).text());
if (loaded.status === "failure") throw loaded.error;
const { root } = loaded.createInstance({ stateFactory: createMutable });
createRoot(() => document.body.append(...Array.from(leaves(root), question)));
document.body.dataset.ready = "";
