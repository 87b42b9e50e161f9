// Builds elements. Text from the daemon only ever becomes a text node or an attribute, never markup.

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; `on…` attributes are listeners, and null or false leaves one out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (attribute.startsWith('on')) {
      made.addEventListener(attribute.slice(2), value);
    } else if (value !== null && value !== false) {
      made.setAttribute(attribute, value === true ? '' : value);
    }
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Sets a text only if it differs, so that selections stay and screen readers hear changes only. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

export function setAttribute(node, name, value) {
  if (value === null || value === undefined) {
    node.removeAttribute(name);
  } else if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

/**
 * Keeps the children of a list: one for each item, by key, in their order; focus and open details stay. Items with equal keys
 * have children of their own.
 */
export function sync(parent, items, key, create, update) {
  const known = new Map();
  for (const child of [...parent.children]) {
    if (child.dataset.key === undefined) {
      child.remove();
    } else {
      known.set(child.dataset.key, child);
    }
  }
  let place = parent.firstElementChild;
  const seen = new Map();
  for (const item of items) {
    const base = key(item);
    const before = seen.get(base) ?? 0;
    seen.set(base, before + 1);
    const name = before === 0 ? base : `${base} ${before}`;
    let child = known.get(name);
    if (child === undefined) {
      child = create(item);
      child.dataset.key = name;
    }
    known.delete(name);
    if (child === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(child, place);
    }
    update(child, item);
  }
  for (const gone of known.values()) {
    gone.remove();
  }
}
