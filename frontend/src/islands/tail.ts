/** The live tail: new lines arrive at the top of `[data-tail]`, which can be paused and never grows past a bound. */
const MOST_LINES = 500;

function bound(list: Element): void {
  if (list.querySelector("[data-row]")) list.querySelector("[data-waiting]")?.remove();
  [...list.querySelectorAll("[data-row]")].slice(MOST_LINES).forEach((row) => row.remove());
}

export function startTail(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-tail-toggle]");
    const list = document.querySelector("[data-tail]");
    if (!button || !list) return;
    const paused = list.toggleAttribute("data-paused");
    button.setAttribute("aria-pressed", String(paused));
    button.querySelectorAll("[data-when]").forEach((part) => {
      part.toggleAttribute("hidden", part.getAttribute("data-when") !== (paused ? "paused" : "running"));
    });
  });
  document.addEventListener("htmx:before:request", (event) => {
    const element = event.target as Element;
    const list = element.closest("[data-tail]");
    if (element.matches("[data-tail-poll]") && list && (list.hasAttribute("data-paused") || document.hidden)) {
      event.preventDefault();
    }
  });
  document.addEventListener("htmx:after:swap", () => {
    const list = document.querySelector("[data-tail]");
    if (list) bound(list);
  });
}
