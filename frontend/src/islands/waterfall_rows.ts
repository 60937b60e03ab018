/** What the server says of a waterfall (`vedette.web.traces.waterfall`); what is left out holds its default. */
export interface Row {
  kind: "span" | "missing" | "repeats";
  depth: number;
  /** Microseconds from the trace's start. */
  start: number;
  took: number;
  /** Numbers of `Payload.texts`. */
  name: number;
  op?: number;
  service?: number;
  parent?: number;
  look?: string;
  id?: string;
  own?: number;
  busy?: number;
  count?: number;
  path?: boolean;
  critical?: [number, number][];
  failed?: boolean;
  lost?: boolean;
  unsampled?: boolean;
  shift?: number;
  marks?: [number, string][];
}

export interface Payload {
  took: number;
  /** Unix microseconds. */
  start: number;
  rows: Row[];
  texts: string[];
  detail: string;
}

/** Return a length of time in microseconds as people read it, as `vedette.web.figures.duration` does. */
export function span(micros: number): string {
  const ms = micros / 1000;
  const trimmed = (value: number, digits: number) => String(Number(value.toFixed(digits)));
  if (ms < 10) return `${trimmed(ms, ms < 1 ? 2 : 1)} ms`;
  if (ms < 999.5) return `${trimmed(ms, 0)} ms`;
  if (ms < 60_000) return `${trimmed(ms / 1000, ms < 10_000 ? 2 : 1)} s`;
  return `${trimmed(ms / 60_000, 1)} min`;
}

/** Return what is written on a row. */
export function label(row: Row, payload: Payload): string {
  return payload.texts[row.name] ?? "";
}
