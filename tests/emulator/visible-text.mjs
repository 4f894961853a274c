/**
 * Runs in the browser: the elements that show text of their own, with its colour and that of what is behind it.
 *
 * @param {any[]} elements
 * @returns {{ text: string, colour: string, ground: string }[]}
 */
export function visibleText(elements) {
  const hasText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
  const background = (element) => {
    const { backgroundColor } = getComputedStyle(element);
    const transparent = backgroundColor === "rgba(0, 0, 0, 0)" && element.parentElement !== null;
    return transparent ? background(element.parentElement) : backgroundColor;
  };
  return elements
    .filter((element) => element.checkVisibility() && hasText(element))
    .map((element) => ({
      text: element.textContent,
      colour: getComputedStyle(element).color,
      ground: background(element),
    }));
}
