/** What the server says of a chart (`vedette.web.charts`); times are Unix ms, null is unknown. */
export interface Series {
  name: string;
  colour: string;
  values: (number | null)[];
  ghost?: boolean;
}

export interface Marker {
  at: number;
  label: string;
  /** What there is to say of it where there is room; "" where the label says all. */
  detail: string;
}

export interface HeatCells {
  /** Lower bound of each row's durations, in ms, and the upper bound of the last. */
  bounds: number[];
  /** [column, row, count] of each cell that is not empty. */
  cells: [number, number, number][];
  /** What is counted: "requests". */
  noun: string;
}

export interface Payload {
  kind: "bars" | "lines" | "heat";
  unit: "count" | "ms" | "percent" | "rate";
  start: number;
  step: number;
  length: number;
  series: Series[];
  markers: Marker[];
  unknown: [number, number][];
  /** Address of the records behind a point; from and to are added to it. */
  door: string;
  heat?: HeatCells;
  /** The most that there can be; the scale then ends here. */
  ceiling?: number;
  /** Whether the scale begins near the least value instead of at nought. */
  near?: boolean;
}
