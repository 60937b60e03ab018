/** The charts themselves: the one file that loads the chart library (a chunk of its own). */
import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, VisualMapContinuousComponent } from "echarts/components";
import { connect, init, use, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { optionsOf } from "./options";
import type { Payload } from "./payload";
import { watchSelection } from "./select";
import { readTheme } from "./theme";

use([
  AriaComponent, BarChart, CanvasRenderer, GridComponent, HeatmapChart, LineChart, MarkAreaComponent, MarkLineComponent,
  TooltipComponent, VisualMapContinuousComponent,
]);

const PAGE = "page";
const drawn = new Map<HTMLElement, { chart: EChartsType; payload: Payload }>();
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const entry = drawn.get(target as HTMLElement);
    entry?.chart.resize();
    // Which of the markers' labels have room depends on the width.
    if (entry?.payload.markers.length) paint(target as HTMLElement);
  }
});

function paint(holder: HTMLElement): void {
  const entry = drawn.get(holder);
  entry?.chart.setOption(optionsOf(entry.payload, readTheme(), holder.clientHeight, holder.clientWidth), { notMerge: true });
}

export function draw(holder: HTMLElement): void {
  forgetRemoved();
  if (drawn.has(holder)) return;
  const payload = JSON.parse(holder.dataset["chart"] ?? "") as Payload;
  const chart = init(holder, null, { renderer: "canvas" });
  drawn.set(holder, { chart, payload });
  paint(holder);
  if (payload.kind !== "heat") {
    chart.group = PAGE;
    connect(PAGE);
  }
  watchSelection(holder, chart, payload);
  sizes.observe(holder);
  holder.setAttribute("data-drawn", "");
}

function forgetRemoved(): void {
  for (const [holder, { chart }] of drawn) {
    if (holder.isConnected) continue;
    sizes.unobserve(holder);
    chart.dispose();
    drawn.delete(holder);
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const holder of drawn.keys()) paint(holder);
});
