/** Numbers as the pages write them (the server's `vedette.web.figures`, for what only the chart knows). */
import type { Payload } from "./payload";

const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const fine = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function duration(ms: number): string {
  if (ms >= 60_000) return `${plain.format(ms / 60_000)} min`;
  if (ms >= 1000) return `${plain.format(ms / 1000)} s`;
  if (ms >= 10 || ms === 0) return `${Math.round(ms)} ms`;
  return `${plain.format(ms)} ms`;
}

/** What is not nothing is not written as nothing, nor as all what is not. */
function percent(value: number): string {
  if (value > 0 && value < 0.01) return "< 0.01 %";
  if (value > 99.99 && value < 100) return "> 99.99 %";
  return `${(value < 1 || value > 99 ? fine : plain).format(value)} %`;
}

export function written(value: number | null | undefined, unit: Payload["unit"]): string {
  if (value === null || value === undefined) return "unknown";
  if (unit === "ms") return duration(value);
  if (unit === "percent") return percent(value);
  if (unit === "rate") return `${Math.abs(value) >= 10_000 ? compact.format(value) : plain.format(value)}/min`;
  return Math.abs(value) >= 10_000 ? compact.format(value) : plain.format(value);
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const second = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const dayClock = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

export function axisTime(at: number, span: number): string {
  const date = new Date(at);
  if (span > 2 * 86_400_000) return date.getHours() === 0 || span > 8 * 86_400_000 ? day.format(date) : clock.format(date);
  return span < 10 * 60_000 ? second.format(date) : clock.format(date);
}

export function bucketTime(from: number, to: number): string {
  const [start, end] = [new Date(from), new Date(to)];
  const tail = to - from < 60_000 ? second.format(end) : clock.format(end);
  if (to - from >= 86_400_000) return `${dayClock.format(start)} to ${dayClock.format(end)}`;
  return `${dayClock.format(start)} to ${tail}`;
}

export function dayText(at: number): string {
  return day.format(new Date(at));
}
