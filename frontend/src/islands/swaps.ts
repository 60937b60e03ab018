/** Run *enhance* on the page now and on whatever htmx swaps in later. */
export function onContent(enhance: (root: ParentNode) => void): void {
  enhance(document);
  document.addEventListener("htmx:after:swap", () => enhance(document));
}
