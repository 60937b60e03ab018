/** The time range picker: absolute times are typed in the reader's zone and sent as UTC; a menu closes when one clicks elsewhere. */

/** Return the page's address with *changes* made to its query; null removes. A list begins at its first page again. */
export function addressWith(changes: Record<string, string | null>): string {
  const url = new URL(location.href);
  for (const name of ["before", "after", "at"]) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.toString();
}

/** Go to the range from *from* to *to* (Unix ms). */
export function zoomTo(from: number, to: number, more: Record<string, string | null> = {}): void {
  location.assign(addressWith({
    range: null,
    from: new Date(Math.round(from)).toISOString(),
    to: new Date(Math.round(to)).toISOString(),
    ...more,
  }));
}

function localText(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function startPicker(): void {
  document.querySelectorAll<HTMLInputElement>("input[data-utc]").forEach((input) => {
    input.value = localText(input.dataset["utc"] ?? "");
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-between]")) return;
    event.preventDefault();
    const [from, to] = ["from", "to"].map((name) => form.querySelector<HTMLInputElement>(`[data-bound="${name}"]`)?.value ?? "");
    if (from && to) zoomTo(new Date(from).getTime(), new Date(to).getTime());
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target as Node)) menu.open = false;
    });
  });
  document.addEventListener("toggle", (event) => {
    const menu = event.target as HTMLElement;
    if (menu.matches("details[data-menu][open]")) menu.querySelector<HTMLElement>("[autofocus], input")?.focus();
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    });
  });
}
