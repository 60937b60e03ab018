/**
 * Choosing issues in the list: a box in front of each, one over all of them; with Shift all between two boxes.  The form
 * works without this; the script says how many are chosen, and lets keys choose and act (`keyboard.ts`).
 */
import { onContent } from "./swaps";

let last: HTMLInputElement | undefined;
let isShifted = false;

function bulk(): HTMLFormElement | null {
  return document.querySelector<HTMLFormElement>("form[data-bulk]");
}

function boxes(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>("input[data-select]")];
}

/** Say how many are chosen, and let buttons act only where some are. */
function tell(form: HTMLFormElement): void {
  const all = boxes(form);
  const chosen = all.filter((box) => box.checked).length;
  const over = form.querySelector<HTMLInputElement>("[data-select-all]");
  if (over) {
    over.checked = chosen > 0 && chosen === all.length;
    over.indeterminate = chosen > 0 && chosen < all.length;
  }
  const label = form.querySelector<HTMLElement>("[data-selected]");
  if (label) label.textContent = chosen ? `${chosen} chosen` : (label.dataset["none"] ?? "");
  form.classList.toggle("has-chosen", chosen > 0);
  form.querySelectorAll<HTMLButtonElement>("button[name=do]").forEach((button) => {
    button.disabled = chosen < (button.value === "merge" ? 2 : 1);
  });
  all.forEach((box) => box.closest("[data-row]")?.classList.toggle("is-chosen", box.checked));
}

function chooseAll(form: HTMLFormElement, checked: boolean): void {
  boxes(form).forEach((box) => (box.checked = checked));
  tell(form);
}

/** Choose or leave the row that is marked; tell whether there is one. */
export function chooseCurrent(checked?: boolean): boolean {
  const form = bulk();
  const box = form?.querySelector<HTMLInputElement>("[data-row].is-current input[data-select]");
  if (!form || !box) return false;
  box.checked = checked ?? !box.checked;
  tell(form);
  return true;
}

/** Choose or leave all from the box that was last clicked to *box*, as *box* is. */
function chooseTo(form: HTMLFormElement, box: HTMLInputElement): void {
  const all = boxes(form);
  const ends = [last ? all.indexOf(last) : -1, all.indexOf(box)];
  if (Math.min(...ends) < 0) return;
  all.slice(Math.min(...ends), Math.max(...ends) + 1).forEach((each) => (each.checked = box.checked));
}

/** Choose all on the page, or none where all are chosen. */
export function chooseEach(): boolean {
  const form = bulk();
  if (!form) return false;
  chooseAll(form, !boxes(form).every((box) => box.checked));
  return true;
}

/** Do what has the key: a link or a button anywhere, or one of the list's buttons, to those chosen, else to the marked one. */
export function act(key: string): boolean {
  const found = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  if (!found) return false;
  const form = found.closest<HTMLFormElement>("form[data-bulk]");
  if (form && !boxes(form).some((box) => box.checked) && !chooseCurrent(true)) return true;
  found.click();
  return true;
}

export function startIssues(): void {
  onContent(() => {
    const form = bulk();
    if (form) tell(form);
  });
  document.addEventListener("change", (event) => {
    const box = event.target as HTMLElement;
    const form = box.closest<HTMLFormElement>("form[data-bulk]");
    if (!form) return;
    if (box.matches("[data-select-all]")) chooseAll(form, (box as HTMLInputElement).checked);
    else if (box instanceof HTMLInputElement) {
      if (isShifted) chooseTo(form, box);
      last = box;
      tell(form);
    }
  });
  // A change does not tell which keys were held; what came before it does.
  for (const kind of ["pointerdown", "keydown"] as const) {
    document.addEventListener(kind, (event) => (isShifted = event.shiftKey), { capture: true });
  }
}
