// A list with filters, beside the detail of the item that the address names.

import { button, element, find, keyedList } from "./dom.mjs";
import { href } from "./route.mjs";

/** @typedef {import("./route.mjs").Route} Route */
/** @typedef {import("./route.mjs").ViewName} ViewName */

/** As many items are in the page at first, and come with each "Show more". */
const PAGE = 100;

/**
 * @typedef {object} Detail
 * @property {HTMLElement[]} nodes
 * @property {() => void} update Shows how the item is now.
 */

/**
 * @template {{ id: string }} Item
 * @template Row
 * @typedef {object} ListOptions
 * @property {ViewName} name
 * @property {{ one: string, many: string }} noun
 * @property {string} empty What stands in the place of an empty list.
 * @property {string} gone Why an item that the address names is missing.
 * @property {(item: Item, filters: Record<string, string>) => boolean} matches
 * @property {(item: Item) => Row} view What a row shows.
 * @property {(link: HTMLAnchorElement) => { node: HTMLElement, update: (row: Row) => void }} createRow
 *   A row, which has the link to the item in it.
 * @property {(id: string, current: () => Item) => Detail} createDetail
 */

/**
 * @template {{ id: string }} Item
 * @template Row
 * @param {ListOptions<Item, Row>} options
 * @returns {(items: Item[], route: Route) => void} shows the items, newest first
 */
export function createList({ name, noun, empty, gone, matches, view, createRow, createDetail }) {
  const section = find(`#${name}-view`, HTMLElement);
  const form = find(".filters", HTMLFormElement, section);
  const body = find("tbody", HTMLElement, section);
  const more = find(".more button", HTMLButtonElement, section);
  /** @type {{ items: Item[], route: Route }} */
  let current = { items: [], route: { view: name, id: null, filters: {} } };
  let limit = PAGE;
  /** @type {Map<string, HTMLAnchorElement>} */
  const links = new Map();

  const showRows = keyedList(body, (id) => {
    const link = element("a", { class: "row-link" });
    links.set(id, link);
    const { node, update } = createRow(link);
    return { node, update: (/** @type {Row} */ row) => update(row) };
  });
  const showDetail = createDetailPane(
    find(".detail", HTMLElement, section),
    (id) => createDetail(id, () => /** @type {Item} */ (current.items.find((item) => item.id === id))),
    { gone, noun, close: () => href(name, current.route.filters), back: (id) => links.get(id)?.focus() },
  );

  form.addEventListener("change", () => {
    const filters = Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, String(value)]));
    limit = PAGE;
    location.hash = href(name, filters);
  });
  form.addEventListener("submit", (submission) => submission.preventDefault());
  form.append(
    button("Clear filters", () => {
      location.hash = href(name);
    }),
  );
  more.addEventListener("click", () => {
    limit += PAGE;
    render();
  });
  body.addEventListener("keydown", (pressed) => moveFocus(pressed, body));

  return (items, route) => {
    current = { items, route };
    render();
  };

  function render() {
    const { items, route } = current;
    const matching = items.filter((item) => matches(item, route.filters));
    const shown = matching.slice(0, limit);
    showRows(shown.map((item) => ({ key: item.id, view: view(item) })));
    for (const { id } of shown) {
      markLink(id);
    }
    for (const id of links.keys()) {
      if (!links.get(id)?.isConnected) {
        links.delete(id);
      }
    }
    showState(items.length, matching.length, shown.length);
    section.classList.toggle("open", route.id !== null);
    showDetail(route.id, route.id !== null && items.some(({ id }) => id === route.id));
  }

  /** @param {string} id */
  function markLink(id) {
    const link = links.get(id);
    const { filters, id: selected } = current.route;
    link?.setAttribute("href", href(name, filters, id));
    if (id === selected) {
      link?.setAttribute("aria-current", "true");
    } else {
      link?.removeAttribute("aria-current");
    }
  }

  /**
   * @param {number} all
   * @param {number} matching
   * @param {number} shown
   */
  function showState(all, matching, shown) {
    const filtered = Object.values(current.route.filters).some((value) => value !== "");
    const place = find(".empty", HTMLElement, section);
    const text = all === 0 ? empty : `No ${noun.many} match these filters.`;
    if (place.textContent !== text) {
      place.textContent = text;
    }
    place.hidden = matching > 0;
    find(".list", HTMLElement, section).hidden = matching === 0;
    find(".filters button", HTMLElement, section).hidden = !filtered;
    const count = `${matching} ${matching === 1 ? noun.one : noun.many}`;
    const total = filtered ? `${count} of ${all}` : count;
    find(".more span", HTMLElement, section).textContent =
      matching === 0 ? "" : shown < matching ? `The newest ${shown} of ${total}` : total;
    more.hidden = shown >= matching;
  }
}

/**
 * Fills in a filter's choices, and chooses what the address says.
 * @param {HTMLSelectElement} select
 * @param {[value: string, label: string][]} choices
 * @param {string} [chosen]
 */
export function showFilter(select, choices, chosen = "") {
  // An address may name what is gone by now.
  const known = chosen === "" || choices.some(([value]) => value === chosen);
  const all = [["", "All"], ...choices, ...(known ? [] : [[chosen, chosen]])];
  const json = JSON.stringify(all);
  if (select.dataset.choices !== json) {
    select.dataset.choices = json;
    select.replaceChildren(...all.map(([value = "", label = ""]) => element("option", { value }, label)));
  }
  if (select.value !== chosen) {
    select.value = chosen;
  }
}

/**
 * @param {HTMLElement} pane
 * @param {(id: string) => Detail} create
 * @param {{ gone: string, noun: { one: string }, close: () => string, back: (id: string) => void }} options
 */
function createDetailPane(pane, create, { gone, noun, close, back }) {
  /** @type {string | null} */
  let shownId = null;
  /** @type {Detail | null} */
  let detail = null;
  let first = true;
  pane.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") {
      location.hash = close();
    }
  });

  return (/** @type {string | null} */ id, /** @type {boolean} */ known) => {
    const changed = id !== shownId || known !== (detail !== null);
    const before = shownId;
    shownId = id;
    pane.hidden = id === null;
    if (changed) {
      detail = id !== null && known ? create(id) : null;
      const missing = [element("h2", { tabindex: "-1" }, `No such ${noun.one}`), element("p", {}, gone)];
      const closeLink = element("a", { class: "close button", "aria-label": "Close" }, "✕");
      pane.replaceChildren(closeLink, ...(detail?.nodes ?? missing));
      pane.scrollTop = 0;
      find("h2", HTMLElement, pane).id = `${noun.one.replace(/.* /, "")}-title`;
    }
    const closeLink = pane.querySelector("a.close");
    closeLink?.setAttribute("href", close());
    detail?.update();
    // A person who opens an item reads it next; a page that has just been loaded leaves the focus alone.
    if (changed && !first && id !== null && id !== before) {
      pane.querySelector("h2")?.focus();
    }
    if (changed && id === null && before !== null) {
      back(before);
    }
    first = false;
  };
}

/**
 * The arrow keys go from row to row.
 * @param {KeyboardEvent} pressed
 * @param {HTMLElement} body
 */
function moveFocus(pressed, body) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[pressed.key];
  const focused = document.activeElement;
  if (step === undefined || focused === null) {
    return;
  }
  const links = [...body.querySelectorAll("a.row-link")];
  const target = links[links.indexOf(focused) + step];
  if (!(target instanceof HTMLElement)) {
    return;
  }
  pressed.preventDefault();
  target.focus();
}
