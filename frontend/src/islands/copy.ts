/** Buttons that copy their `data-copy`, and links with `data-copy-from` that copy what they lead to. */
async function textOf(button: HTMLElement): Promise<string> {
  if (!(button instanceof HTMLAnchorElement)) return button.dataset["copy"] ?? "";
  const answer = await fetch(button.href);
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.text();
}

export function startCopy(): void {
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy], a[data-copy-from]");
    if (!button) return;
    event.preventDefault();
    const before = button.textContent ?? "";
    const label = button.querySelector<HTMLElement>("[data-copy-label]") ?? button;
    const was = label.textContent ?? before;
    try {
      await navigator.clipboard.writeText(await textOf(button));
      label.textContent = "Copied";
    } catch {
      // Without HTTPS there is no clipboard: show the text, to be copied by hand.
      if (button instanceof HTMLAnchorElement) {
        location.assign(button.href);
        return;
      }
      window.prompt("Copy this:", button.dataset["copy"] ?? "");
      return;
    }
    setTimeout(() => (label.textContent = was), 1500);
  });
}
