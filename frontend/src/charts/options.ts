/** From a payload to the chart library's options. */
import type { EChartsCoreOption } from "echarts/core";
import { axisTime, bucketTime, dayText, written } from "./numbers";
import type { Payload, Series } from "./payload";
import type { Theme } from "./theme";

/** Near enough to tell which labels would overlap. */
const LETTER_WIDTH = 6.5;
const AXIS_WIDTH = 56;

type Point = { seriesName?: string; value?: unknown; color?: unknown; dataIndex?: number };

function element(tag: string, className: string, text = ""): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function swatch(series: Series): HTMLElement {
  return element("span", `swatch swatch-${series.colour}${series.ghost ? " is-ghost" : ""}`);
}

function tooltip(payload: Payload, place: number): HTMLElement {
  const box = element("div", "chart-tip");
  const from = payload.start + place * payload.step;
  box.append(element("div", "chart-tip-time", bucketTime(from, from + payload.step)));
  for (const series of payload.series) {
    const value = series.values[place];
    const row = element("div", "chart-tip-row");
    row.append(swatch(series), element("span", "chart-tip-name", series.name), element("b", "", written(value, payload.unit)));
    box.append(row);
  }
  box.append(...markersWithin(payload, from));
  return box;
}

function markersWithin(payload: Payload, from: number): HTMLElement[] {
  return payload.markers
    .filter((marker) => marker.at >= from && marker.at < from + payload.step)
    .map((marker) => element("div", "chart-tip-marker", `▲ ${marker.detail || marker.label}`));
}

/** Of what has a ceiling: a scale that ends there and begins at nought, or a round distance below the ceiling where all values have room. */
function ceilingScale(payload: Payload, ceiling: number): object {
  const values = payload.series.flatMap((series) => series.values).filter((value): value is number => value !== null);
  const missing = payload.near ? (ceiling - Math.min(ceiling, ...values)) / ceiling : 1;
  const height = ceiling * ([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5].find((part) => part >= missing) ?? 1);
  return { type: "value", min: ceiling - height, max: ceiling, interval: height / 2 };
}

/** Percentiles that lie far apart share a chart on a logarithmic scale only; what has a ceiling ends there; all else begins at nought. */
function heightScale(payload: Payload): object {
  if (payload.ceiling !== undefined) return ceilingScale(payload, payload.ceiling);
  const values = payload.series.flatMap((series) => series.values).filter((value): value is number => value !== null && value > 0);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (payload.kind !== "lines" || payload.unit !== "ms" || values.length === 0 || most / least < 20) return { type: "value", min: 0 };
  return { type: "log", min: 10 ** Math.floor(Math.log10(least)), max: 10 ** Math.ceil(Math.log10(most)) };
}

function common(payload: Payload, theme: Theme, height: number): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: "inherit", color: theme.muted },
    grid: { left: 4, right: 8, top: payload.markers.length ? 24 : 10, bottom: 2, containLabel: true },
    tooltip: {
      trigger: "axis",
      confine: true,
      transitionDuration: 0,
      className: "chart-tip-box",
      backgroundColor: theme.surface,
      borderColor: theme.line,
      extraCssText: "",
      padding: 0,
      axisPointer: { type: "line", lineStyle: { color: theme.muted, type: "dashed" } },
      formatter: (points: Point | Point[]) => {
        const first = Array.isArray(points) ? points[0] : points;
        return first?.dataIndex === undefined ? "" : tooltip(payload, first.dataIndex);
      },
    },
    yAxis: {
      ...heightScale(payload),
      splitNumber: height < 140 ? 2 : 3,
      minInterval: payload.unit === "count" ? 1 : undefined,
      axisLabel: { color: theme.muted, fontSize: 11, formatter: (value: number) => written(value, payload.unit) },
      splitLine: { lineStyle: { color: theme.line } },
    },
  };
}

function timeAxis(payload: Payload, theme: Theme): object {
  const span = payload.step * payload.length;
  return {
    type: "time",
    min: payload.start,
    max: payload.start + span,
    axisLine: { lineStyle: { color: theme.line } },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      color: theme.muted, fontSize: 11, hideOverlap: true, showMinLabel: false, showMaxLabel: false,
      formatter: (at: number) => axisTime(at, span),
    },
  };
}

/** The markers whose labels have room beside each other, the newest first, and on which side of its line each has it; the others' words are in the tooltip. */
function labelled(payload: Payload, width: number): Map<number, "left" | "center" | "right"> {
  const span = payload.step * payload.length;
  const shown = new Map<number, "left" | "center" | "right">();
  let edge = Infinity;
  for (let place = payload.markers.length - 1; place >= 0; place--) {
    const marker = payload.markers[place];
    if (!marker) continue;
    const middle = (width - AXIS_WIDTH) * ((marker.at - payload.start) / span);
    const half = (marker.label.length * LETTER_WIDTH) / 2;
    const side = middle + half > width - AXIS_WIDTH ? "right" : middle < half ? "left" : "center";
    const end = { left: middle + 2 * half, center: middle + half, right: middle }[side];
    if (end + LETTER_WIDTH > edge) continue;
    edge = end - 2 * half;
    shown.set(place, side);
  }
  return shown;
}

function marks(payload: Payload, theme: Theme, width: number): object {
  const shown = labelled(payload, width);
  return {
    markLine: {
      silent: true,
      symbol: "none",
      lineStyle: { color: theme.text, type: [2, 3], width: 1, opacity: 0.7 },
      label: { color: theme.text, fontSize: 11, distance: 3, formatter: ({ name }: { name: string }) => name },
      data: payload.markers.map((marker, place) => ({ name: marker.label, xAxis: marker.at, label: { show: shown.has(place), align: shown.get(place) ?? "center" } })),
    },
    markArea: {
      silent: true,
      itemStyle: { color: theme.hatch },
      data: payload.unknown.map(([from, to]) => [{ xAxis: from }, { xAxis: to }]),
    },
  };
}

/** A value between two that are not known has no line to be part of: it is a dot. */
function isAlone(values: (number | null)[], place: number): boolean {
  const isKnown = (at: number) => values[at] !== null && values[at] !== undefined;
  return isKnown(place) && !isKnown(place - 1) && !isKnown(place + 1);
}

function line(series: Series, theme: Theme): object {
  return {
    type: "line",
    symbol: "none",
    showAllSymbol: true,
    connectNulls: false,
    lineStyle: {
      color: theme.colour(series.colour), width: series.ghost ? 1.2 : 1.8,
      type: series.ghost ? [3, 3] : "solid", opacity: series.ghost ? 0.6 : 1,
    },
    itemStyle: { color: theme.colour(series.colour) },
    emphasis: { disabled: true },
  };
}

function bar(series: Series, theme: Theme): object {
  return {
    type: "bar",
    stack: "all",
    barCategoryGap: "18%",
    itemStyle: { color: theme.colour(series.colour) },
    emphasis: { disabled: true },
    large: false,
  };
}

function timed(payload: Payload, theme: Theme, height: number, width: number): EChartsCoreOption {
  const middle = (place: number) => payload.start + (place + 0.5) * payload.step;
  return {
    ...common(payload, theme, height),
    xAxis: timeAxis(payload, theme),
    series: payload.series.map((series, number) => ({
      ...(payload.kind === "bars" && !series.ghost ? bar(series, theme) : line(series, theme)),
      name: series.name,
      data: series.values.map((value, place) => ({
        value: [middle(place), value],
        ...(isAlone(series.values, place) ? { symbol: "circle", symbolSize: series.ghost ? 4 : 5 } : {}),
      })),
      ...(number === 0 ? marks(payload, theme, width) : {}),
    })),
  };
}

/** Over days a heat map's columns are labelled where a day begins. */
function columnLabels(payload: Payload, span: number): object {
  const formatter = (at: string) => axisTime(Number(at), span);
  if (span <= 2 * 86_400_000) return { formatter };
  const dayOf = (column: number) => new Date(payload.start + column * payload.step).toDateString();
  return { interval: (column: number) => column > 0 && dayOf(column) !== dayOf(column - 1), formatter: (at: string) => dayText(Number(at)) };
}

function heat(payload: Payload, theme: Theme, height: number, width: number): EChartsCoreOption {
  const { bounds, cells, noun } = payload.heat ?? { bounds: [], cells: [], noun: "" };
  const span = payload.step * payload.length;
  const most = Math.max(1, ...cells.map(([, , count]) => count));
  const base = common(payload, theme, height);
  return {
    ...base,
    tooltip: {
      ...(base["tooltip"] as object),
      trigger: "item",
      formatter: (point: Point) => {
        const [column = 0, row = 0, , count = 0] = point.value as number[];
        const box = element("div", "chart-tip");
        const from = payload.start + column * payload.step;
        box.append(element("div", "chart-tip-time", bucketTime(from, from + payload.step)));
        const line = element("div", "chart-tip-row");
        line.append(
          element("span", "chart-tip-name", `${written(bounds[row] ?? 0, "ms")} to ${written(bounds[row + 1] ?? 0, "ms")}`),
          element("b", "", `${written(count, "count")} ${noun}`),
        );
        box.append(line, ...markersWithin(payload, from));
        return box;
      },
    },
    xAxis: [
      {
        type: "category",
        data: Array.from({ length: payload.length }, (_, place) => payload.start + place * payload.step),
        axisLine: { lineStyle: { color: theme.line } },
        axisTick: { show: false },
        axisLabel: { color: theme.muted, fontSize: 11, hideOverlap: true, ...columnLabels(payload, span) },
      },
      // Markers stand between the columns as well, where columns have no place.
      { ...timeAxis(payload, theme), position: "bottom", show: false },
    ],
    yAxis: {
      type: "category",
      data: bounds.slice(0, -1),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { color: theme.muted, fontSize: 11, interval: Math.max(0, Math.ceil(bounds.length / 8) - 1), formatter: (bound: string) => written(Number(bound), "ms") },
    },
    visualMap: {
      show: false, type: "continuous", min: 0, max: Math.log1p(most), dimension: 2, seriesIndex: 0,
      inRange: { color: [theme.colour("heat-low"), theme.colour("heat-mid"), theme.colour("heat-high")] },
    },
    series: [
      {
        type: "heatmap",
        data: cells.map(([column, row, count]) => [column, row, Math.log1p(count), count]),
        itemStyle: { borderColor: theme.surface, borderWidth: 1 },
        emphasis: { itemStyle: { borderColor: theme.text } },
      },
      { type: "line", xAxisIndex: 1, data: [], silent: true, z: 3, ...marks(payload, theme, width) },
    ],
  };
}

export function optionsOf(payload: Payload, theme: Theme, height: number, width: number): EChartsCoreOption {
  return payload.kind === "heat" ? heat(payload, theme, height, width) : timed(payload, theme, height, width);
}
