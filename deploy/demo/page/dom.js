// dom.js builds elements. Text only ever becomes a text node: nothing here parses markup.

// el makes an element: properties are attributes, "on" has listeners, children are nodes, texts, lists or nothing.
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? "" : value);
    }
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

// keyed makes the children of a parent those of a list of {key, data}. A child whose data is as before is left alone, so
// that focus, selection and screen readers are not disturbed by what has not changed.
export function keyed(parent, items, draw) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const held = focusIn(parent);
  items.forEach((item, i) => {
    const sign = JSON.stringify(item.data);
    let node = before.get(item.key);
    if (!node || node.sign !== sign) {
      const fresh = draw(item.data, item.key);
      fresh.dataset.key = item.key;
      fresh.sign = sign;
      node?.replaceWith(fresh);
      node = fresh;
    }
    before.delete(item.key);
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
  for (const gone of before.values()) gone.remove();
  restore(parent, held);
}

// focusIn notes what has the focus within a parent, by the names in data-key and data-focus.
function focusIn(parent) {
  const active = document.activeElement;
  if (!active || active === parent || !parent.contains(active)) return null;
  let child = active;
  while (child.parentElement !== parent) child = child.parentElement;
  return { key: child.dataset.key, place: [...parent.children].indexOf(child), node: active };
}

// restore gives the focus to what stands where it was; to the whole child if what had it is gone.
function restore(parent, held) {
  if (!held || held.node.isConnected) return;
  const child = [...parent.children].find((c) => c.dataset.key === held.key) ?? parent.children[held.place];
  (twin(child, held.node) ?? child)?.focus();
}

// twin is what was drawn within a child in the place of a node: the same by its data-focus, or by the last word of it, as
// the ids of blocks may be others in each drawing.
function twin(child, node) {
  const all = [...(child?.querySelectorAll("[data-focus]") ?? [])];
  const last = (n) => n.dataset.focus?.split(" ").at(-1);
  return all.find((n) => n.dataset.focus === node.dataset.focus) ?? all.find((n) => last(n) === last(node));
}

// once keeps an element's children as long as the data they were drawn from.
export function once(node, data, draw) {
  keyed(node, data === null ? [] : [{ key: "only", data }], draw);
}

// show opens a dialog; when it closes, the focus goes back to where it was.
export function show(dialog) {
  dialog.addEventListener("close", bookmark(), { once: true });
  dialog.showModal();
}

// bookmark remembers what has the focus. Called, it gives the focus back if nobody has it by then: to what had it, to what
// was drawn in its place, or to where one writes.
function bookmark() {
  const node = document.activeElement;
  const child = node?.closest("[data-key]");
  const parent = child?.parentElement;
  return () => {
    if (document.activeElement !== document.body) return;
    const now = [...(parent?.children ?? [])].find((c) => c.dataset.key === child.dataset.key);
    const was = node?.isConnected && node !== document.body ? node : null;
    (was ?? twin(now, node) ?? now ?? byId("compose")).focus();
  };
}

// pointAt marks a part of the page for a moment.
export function pointAt(spot) {
  spot.classList.add("pointed");
  setTimeout(() => spot.classList.remove("pointed"), 4000);
}
