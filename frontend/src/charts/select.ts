/** Dragging on a chart zooms to what was dragged over; a click opens the records behind one bucket. */
import type { EChartsType } from "echarts/core";
import { zoomTo } from "../islands/picker";
import type { Payload } from "./payload";

const LEAST_DRAG_PX = 6;

type Spot = { x: number; y: number };

function timeAt(chart: EChartsType, payload: Payload, spot: Spot): number {
  const [x] = chart.convertFromPixel({ gridIndex: 0 }, [spot.x, spot.y]) as [number, number];
  const end = payload.start + payload.step * payload.length;
  const at = payload.kind === "heat" ? payload.start + (x + (payload.kind === "heat" ? 0 : 0.5)) * payload.step : x;
  return Math.min(end, Math.max(payload.start, at));
}

function openBucket(payload: Payload, at: number): void {
  if (!payload.door) return;
  const place = Math.min(payload.length - 1, Math.floor((at - payload.start) / payload.step));
  const url = new URL(payload.door, location.href);
  url.searchParams.delete("range");
  url.searchParams.set("from", new Date(payload.start + place * payload.step).toISOString());
  url.searchParams.set("to", new Date(payload.start + (place + 1) * payload.step).toISOString());
  location.assign(url);
}

function rounded(ms: number): string {
  return String(Number(ms.toPrecision(3)));
}

function heatBounds(chart: EChartsType, payload: Payload, from: Spot, to: Spot): Record<string, string> {
  const bounds = payload.heat?.bounds ?? [];
  const rows = [from, to].map((spot) => (chart.convertFromPixel({ gridIndex: 0 }, [spot.x, spot.y]) as [number, number])[1]);
  const [low, high] = [Math.max(0, Math.min(...rows)), Math.min(bounds.length - 2, Math.max(...rows))];
  return { min_ms: rounded(bounds[low] ?? 0), max_ms: rounded(bounds[high + 1] ?? 0) };
}

/** Watch *holder* for drags and clicks with a mouse or a pen; a finger scrolls. */
export function watchSelection(holder: HTMLElement, chart: EChartsType, payload: Payload): void {
  const box = document.createElement("div");
  box.className = "chart-selection";
  box.hidden = true;
  holder.append(box);
  let from: Spot | null = null;

  const spotOf = (event: PointerEvent): Spot => {
    const frame = holder.getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  };
  const draw = (to: Spot) => {
    if (!from) return;
    const isHeat = payload.kind === "heat";
    box.hidden = Math.abs(to.x - from.x) < LEAST_DRAG_PX;
    box.style.left = `${Math.min(from.x, to.x)}px`;
    box.style.width = `${Math.abs(to.x - from.x)}px`;
    box.style.top = isHeat ? `${Math.min(from.y, to.y)}px` : "0";
    box.style.height = isHeat ? `${Math.abs(to.y - from.y)}px` : "100%";
  };

  holder.addEventListener("pointerdown", (event) => {
    const spot = spotOf(event);
    if (event.pointerType === "touch" || event.button !== 0 || !chart.containPixel({ gridIndex: 0 }, [spot.x, spot.y])) return;
    from = spot;
    holder.setPointerCapture(event.pointerId);
  });
  holder.addEventListener("pointermove", (event) => draw(spotOf(event)));
  holder.addEventListener("pointercancel", () => {
    from = null;
    box.hidden = true;
  });
  holder.addEventListener("pointerup", (event) => {
    if (!from) return;
    const [start, end] = [from, spotOf(event)];
    from = null;
    box.hidden = true;
    const times = [timeAt(chart, payload, start), timeAt(chart, payload, end)];
    if (Math.abs(end.x - start.x) < LEAST_DRAG_PX) {
      openBucket(payload, times[0] ?? payload.start);
      return;
    }
    const later = Math.max(...times) + (payload.kind === "heat" ? payload.step : 0);
    zoomTo(Math.min(...times), later, payload.kind === "heat" ? heatBounds(chart, payload, start, end) : {});
  });
}
