/** The whole trace in little: where its spans are, what is in sight; drag on it to look at a part of the time. */
import type { Lane } from "./waterfall_lane";
import { type Payload, span } from "./waterfall_rows";

const HEIGHT_PX = 56;
const LEAST_PX = 4;

export class Minimap {
  readonly element = document.createElement("div");
  private readonly canvas = document.createElement("canvas");
  private readonly sight = document.createElement("i");
  private matches: ReadonlySet<number> = new Set();
  private begun: number | null = null;

  constructor(private readonly payload: Payload, private readonly lane: Lane, private readonly changed: () => void) {
    this.element.className = "wf-map";
    this.element.title = "Drag to look at a part of the time; double click for all of it";
    this.sight.className = "wf-sight";
    this.element.append(this.canvas, this.sight);
    this.element.addEventListener("pointerdown", (event) => this.begin(event));
    this.element.addEventListener("pointermove", (event) => this.drag(event));
    this.element.addEventListener("pointerup", (event) => this.end(event));
    this.element.addEventListener("dblclick", () => this.reset());
    new ResizeObserver(() => this.draw()).observe(this.element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    this.place();
  }

  reset(): void {
    this.look(0, Math.max(1, this.lane.took));
  }

  show(matches: ReadonlySet<number>): void {
    this.matches = matches;
    this.draw();
  }

  private look(from: number, to: number): void {
    this.lane.from = from;
    this.lane.to = to;
    this.place();
    this.changed();
  }

  private place(): void {
    const whole = Math.max(1, this.lane.took);
    this.sight.style.left = `${(100 * this.lane.from) / whole}%`;
    this.sight.style.width = `${(100 * (this.lane.to - this.lane.from)) / whole}%`;
    this.sight.hidden = this.lane.isWhole;
  }

  private share(event: PointerEvent): number {
    const box = this.element.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  }

  private begin(event: PointerEvent): void {
    this.begun = this.share(event);
    this.element.setPointerCapture(event.pointerId);
  }

  private drag(event: PointerEvent): void {
    if (this.begun === null) return;
    const [one, other] = [this.begun, this.share(event)].sort((a, b) => a - b) as [number, number];
    this.sight.hidden = false;
    this.sight.style.left = `${100 * one}%`;
    this.sight.style.width = `${100 * (other - one)}%`;
    this.element.dataset["span"] = span((other - one) * this.lane.took);
  }

  private end(event: PointerEvent): void {
    if (this.begun === null) return;
    const [one, other] = [this.begun, this.share(event)].sort((a, b) => a - b) as [number, number];
    this.begun = null;
    delete this.element.dataset["span"];
    if ((other - one) * this.element.clientWidth < LEAST_PX) this.place();
    else this.look(one * this.lane.took, other * this.lane.took);
  }

  private draw(): void {
    const width = this.element.clientWidth;
    const context = this.canvas.getContext("2d");
    if (!width || !context) return;
    const scale = devicePixelRatio || 1;
    this.canvas.width = width * scale;
    this.canvas.height = HEIGHT_PX * scale;
    context.scale(scale, scale);
    const colours = this.colours();
    const rows = this.payload.rows;
    const whole = Math.max(1, this.lane.took);
    const height = Math.max(1, Math.min(4, HEIGHT_PX / rows.length));
    rows.forEach((row, number) => {
      const top = (HEIGHT_PX - height) * (rows.length > 1 ? number / (rows.length - 1) : 0);
      const isFound = this.matches.has(number);
      context.globalAlpha = this.matches.size && !isFound ? 0.25 : 1;
      context.fillStyle = row.failed ? colours.failed : (colours.work[row.look ?? "other"] ?? colours.work["other"] ?? "");
      if (isFound) context.fillStyle = colours.accent;
      context.fillRect((width * row.start) / whole, top, Math.max(1, (width * row.took) / whole), height);
    });
  }

  private colours(): { failed: string; accent: string; work: Record<string, string> } {
    const probe = document.createElement("span");
    probe.hidden = true;
    this.element.append(probe);
    const read = (name: string) => {
      probe.style.color = `var(--v-${name})`;
      return getComputedStyle(probe).color;
    };
    const kinds = ["sql", "http", "cache", "queue", "template", "other"];
    const work = Object.fromEntries(kinds.map((kind) => [kind, read(`span-${kind}`)]));
    const colours = { failed: read("failed"), accent: read("warning"), work };
    probe.remove();
    return colours;
  }
}
