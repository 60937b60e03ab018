/** The bar of a row on the time that is in sight. */
import { type Row, span } from "./waterfall_rows";

const MOST_MARKS = 40;
const CHARACTER_PX = 6.5;
const PADDING_PX = 14;
const ROOMY_PX = 400;

function part(className: string, left: number, width: number): HTMLElement {
  const made = document.createElement("i");
  made.className = className;
  made.style.left = `${left}%`;
  made.style.width = `${width}%`;
  return made;
}

export class Lane {
  from = 0;
  to: number;
  widthPx = 600;

  constructor(readonly took: number) {
    this.to = Math.max(1, took);
  }

  get isWhole(): boolean {
    return this.from <= 0 && this.to >= Math.max(1, this.took);
  }

  /** Return where *at* is, in per cent of what is in sight. */
  at(micros: number): number {
    return (100 * (micros - this.from)) / (this.to - this.from);
  }

  draw(row: Row): HTMLElement {
    const lane = document.createElement("div");
    lane.className = "wf-lane";
    const [left, right] = this.clipped(row.start, row.start + row.took);
    const isInSight = row.start <= this.to && row.start + row.took >= this.from;
    if (isInSight) {
      lane.append(part(`wf-bar work-${row.look ?? "other"}`, left, right - left));
      for (const [start, end] of row.critical ?? []) {
        if (end < this.from || start > this.to) continue;
        const [begin, stop] = this.clipped(start, end);
        lane.append(part("wf-critical", begin, stop - begin));
      }
      for (const [at, look] of (row.marks ?? []).slice(0, MOST_MARKS)) {
        const place = this.at(Math.min(Math.max(at, row.start), row.start + row.took));
        if (place >= 0 && place <= 100) lane.append(part(`wf-mark is-${look}`, place, 0));
      }
    }
    lane.append(this.text(row, left, right));
    const own = row.unsampled ? "what it waited for was not recorded" : `${span(row.own ?? 0)} in itself`;
    lane.title = `${span(row.took)} from ${span(row.start)} on; ${own}`;
    return lane;
  }

  private text(row: Row, left: number, right: number): HTMLElement {
    const made = document.createElement("span");
    made.className = "wf-took";
    made.textContent = this.words(row);
    // Beside the bar, on the side where there is room.
    const needed = (100 * (PADDING_PX + made.textContent.length * CHARACTER_PX)) / Math.max(1, this.widthPx);
    if (right + needed < 100) made.style.left = `${right}%`;
    else if (left > needed) made.style.right = `${Math.max(0, 100 - left)}%`;
    else {
      made.style.right = `${Math.max(0, 100 - right)}%`;
      made.classList.add("is-inside");
    }
    return made;
  }

  private words(row: Row): string {
    if (row.count !== undefined) return `${span(row.busy ?? 0)} in all`;
    const waited = row.kind === "span" && !row.unsampled && (row.own ?? 0) < row.took;
    return waited && this.widthPx >= ROOMY_PX ? `${span(row.took)}, ${span(row.own ?? 0)} itself` : span(row.took);
  }

  private clipped(start: number, end: number): [number, number] {
    const bound = (value: number) => Math.min(100, Math.max(0, value));
    return [bound(this.at(start)), bound(this.at(end))];
  }
}
