// Elements of the page. What comes from outside becomes text, never markup.

/** @typedef {Node | string | null} Child A null is left out. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...Child} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/**
 * An element that the page is known to have.
 * @template {Element} Kind
 * @param {string} selector
 * @param {new () => Kind} kind
 * @param {ParentNode} [within]
 * @returns {Kind}
 */
export function find(selector, kind, within = document) {
  const found = within.querySelector(selector);
  if (!(found instanceof kind)) {
    throw new Error(`The page has no ${selector}`);
  }
  return found;
}

/**
 * @param {string} label
 * @param {() => void} onClick
 * @param {Record<string, string>} [attributes]
 */
export function button(label, onClick, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", onClick);
  return made;
}

/**
 * A button that copies a text, and says so.
 * @param {string} label
 * @param {() => string} text
 */
export function copyButton(label, text) {
  const made = button(label, async () => {
    made.textContent = (await copy(text())) ? "Copied" : "Copying failed";
    setTimeout(() => {
      made.textContent = label;
    }, 1500);
  });
  return made;
}

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it is copied
 */
async function copy(text) {
  // Browsers keep the clipboard from pages of other hosts than this machine that are served without TLS.
  if (navigator.clipboard === undefined) {
    return copySelection(text);
  }
  return await navigator.clipboard.writeText(text).then(
    () => true,
    () => copySelection(text),
  );
}

/** @param {string} text */
function copySelection(text) {
  const before = document.activeElement;
  const field = element("textarea", { class: "hidden-text", "aria-hidden": "true" });
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) {
    before.focus();
  }
  return copied;
}

/**
 * Names and values below each other.
 * @param {(readonly [string, Child])[]} pairs
 * @param {string} [look]
 */
export function facts(pairs, look = "") {
  const rows = pairs.map(([name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value)),
  );
  return element("dl", { class: `facts ${look}` }, ...rows);
}

/**
 * @param {string} look
 * @param {string} text
 */
export function badge(look, text) {
  return element("span", { class: `badge ${look}` }, text);
}

/**
 * @param {string} iso
 * @param {string} text
 */
export function time(iso, text) {
  return element("time", { datetime: iso, title: iso }, text);
}

/**
 * @template View
 * @typedef {{ node: HTMLElement, update: (view: View) => void }} Row
 */

/**
 * Keeps the children of an element in step with a list. A child stays, with its focus, as long as its key does, and is
 * updated only when what it shows changes.
 * @template View
 * @param {HTMLElement} container
 * @param {(key: string) => Row<View>} create
 * @returns {(items: { key: string, view: View }[]) => void}
 */
export function keyedList(container, create) {
  /** @type {Map<string, Row<View> & { json: string }>} */
  const rows = new Map();
  return (items) => {
    const keys = new Set(items.map(({ key }) => key));
    for (const [key, { node }] of rows) {
      if (keys.has(key)) {
        continue;
      }
      node.remove();
      rows.delete(key);
    }
    let next = container.firstElementChild;
    for (const { key, view } of items) {
      const row = rows.get(key) ?? { ...create(key), json: "" };
      rows.set(key, row);
      const json = JSON.stringify(view);
      if (row.json !== json) {
        row.update(view);
      }
      row.json = json;
      if (row.node === next) {
        next = next.nextElementSibling;
      } else {
        container.insertBefore(row.node, next);
      }
    }
  };
}
