/**
 * Times in the reader's zone.  The server writes `<time datetime data-time="relative|clock|full">` with a text that is
 * right without script (UTC); this puts the reader's zone on it and keeps "4 min ago" true.
 */
import { onContent } from "./swaps";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const full = new Intl.DateTimeFormat(undefined, {
  weekday: "short", year: "numeric", month: "short", day: "numeric",
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
});
const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23",
});
const minute = new Intl.DateTimeFormat(undefined, {
  month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
});
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });

export function relative(at: Date, now: Date): string {
  const seconds = Math.round((now.getTime() - at.getTime()) / 1000);
  if (seconds < 0) return minute.format(at);
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

/** Return the text of a clock time, with its day where that is not today. */
export function clockText(at: Date, now: Date): string {
  const today = at.toDateString() === now.toDateString();
  return today ? clock.format(at) : `${day.format(at)}, ${clock.format(at)}`;
}

function show(element: HTMLTimeElement, now: Date): void {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const form = element.dataset["time"];
  const text =
    form === "relative" ? relative(at, now)
    : form === "clock" ? clockText(at, now)
    : form === "minute" ? minute.format(at)
    : full.format(at);
  if (element.textContent !== text) element.textContent = text;
  element.title = `${full.format(at)} (${zone})\n${element.dateTime}`;
}

/** Tell the server the reader's zone, in which "today" and "since 10:30" are meant. */
function tellZone(): void {
  const home = document.querySelector<HTMLAnchorElement>("a[data-home]");
  const path = home ? new URL(home.href).pathname : location.pathname;
  document.cookie = `vedette_zone=${zone}; path=${path}; max-age=31536000; SameSite=Lax`;
}

export function startTimes(): void {
  tellZone();
  const all = (root: ParentNode) => {
    const now = new Date();
    root.querySelectorAll<HTMLTimeElement>("time[data-time]").forEach((element) => show(element, now));
  };
  onContent(all);
  setInterval(() => all(document), 20_000);
}
