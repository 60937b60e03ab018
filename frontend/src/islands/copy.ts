/** Buttons that copy their `data-copy`. */
export function startCopy(): void {
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
    if (!button) return;
    event.preventDefault();
    const before = button.textContent ?? "";
    const label = button.querySelector<HTMLElement>("[data-copy-label]") ?? button;
    const was = label.textContent ?? before;
    try {
      await navigator.clipboard.writeText(button.dataset["copy"] ?? "");
      label.textContent = "Copied";
    } catch {
      // Without HTTPS there is no clipboard: show the text, selected, to be copied by hand.
      window.prompt("Copy this:", button.dataset["copy"] ?? "");
      return;
    }
    setTimeout(() => (label.textContent = was), 1500);
  });
}
