/** Draw every `[data-chart]`; the chart library is fetched when the first one is there. */
import { onContent } from "./swaps";

export function startCharts(): void {
  onContent((root) => {
    const holders = [...root.querySelectorAll<HTMLElement>("[data-chart]:not([data-drawn])")];
    if (!holders.length) return;
    void import("../charts/draw").then(({ draw }) => holders.filter((holder) => holder.isConnected).forEach(draw));
  });
}
