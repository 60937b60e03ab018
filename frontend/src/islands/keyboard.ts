/**
 * Keys: `/` search, `g` then a letter to go, `j`/`k` to move, Enter to open, `x` to choose, `?` for help; with Shift
 * `j`/`k` choose on their way.
 */
import { act, chooseCurrent, chooseEach } from "./issues";

const GO_WITHIN_MS = 1200;
let goUntil = 0;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement) || target.matches("input[type=checkbox], input[type=radio]")) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => row.offsetParent !== null);
}

function move(by: number): void {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains("is-current"));
  const next = all[Math.min(all.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
  if (!next) return;
  all[now]?.classList.remove("is-current");
  next.classList.add("is-current");
  const link = next.querySelector<HTMLElement>("a[data-open]");
  (link ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/** Choose the marked row and the one to which the mark moves; false where rows cannot be chosen. */
function extend(by: number): boolean {
  chooseCurrent(true);
  move(by);
  return chooseCurrent(true);
}

function go(letter: string): boolean {
  const link = document.querySelector<HTMLAnchorElement>(`a[data-go="${CSS.escape(letter)}"]`);
  link?.click();
  return link !== null;
}

function press(event: KeyboardEvent): boolean {
  if (goUntil > event.timeStamp) {
    goUntil = 0;
    return go(event.key);
  }
  switch (event.key) {
    case "/": {
      const search = document.querySelector<HTMLInputElement>("[data-search]");
      search?.focus();
      search?.select();
      return search !== null;
    }
    case "?":
      document.querySelector<HTMLDialogElement>("#help")?.showModal();
      return true;
    case "g":
      goUntil = event.timeStamp + GO_WITHIN_MS;
      return true;
    case "j":
      move(1);
      return true;
    case "k":
      move(-1);
      return true;
    case "J":
    case "K":
      return extend(event.key === "J" ? 1 : -1);
    case "t":
      document.querySelector<HTMLElement>("[data-picker] summary")?.click();
      return true;
    case "[":
      history.back();
      return true;
    case "-":
      document.querySelector<HTMLAnchorElement>("[data-zoom-out]")?.click();
      return true;
    case "x":
      return chooseCurrent();
    case "X":
      return chooseEach();
    default:
      return act(event.key);
  }
}

export function startKeyboard(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && isTyping(event.target)) {
      (event.target as HTMLElement).blur();
      return;
    }
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (press(event)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>("[data-dialog]");
    if (opener) document.querySelector<HTMLDialogElement>(`#${opener.dataset["dialog"]}`)?.showModal();
    if (target.closest("[data-close]") || target instanceof HTMLDialogElement) target.closest("dialog")?.close();
  });
  // A whole row is a door; its link stays the one that the keyboard and a middle click use.
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const row = target.closest("[data-row]");
    if (!row || target.closest("a, button, summary, details, input, label") || String(getSelection()).length) return;
    row.querySelector<HTMLAnchorElement>("a[data-open]")?.click();
  });
}
