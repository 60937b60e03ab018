/**
 * The waterfall of a trace.  The server says what there is (`vedette.web.traces.waterfall`); this island draws the rows
 * that are in sight, however many there are, and lets a reader fold, search, zoom and open them.
 */
import htmx from "htmx.org";
import { Lane } from "./waterfall_lane";
import { Minimap } from "./waterfall_minimap";
import { type Payload, type Row, label, span } from "./waterfall_rows";

const ROW_PX = 28;
const SPARE_ROWS = 12;
const INDENT_PX = 14;
const DEEPEST_INDENT = 16;
const TICKS = 5;

function element<K extends keyof HTMLElementTagNameMap>(name: K, className = "", text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}

function button(text: string, title: string, act: () => void): HTMLButtonElement {
  const made = element("button", "tool", text);
  made.type = "button";
  made.title = title;
  made.addEventListener("click", act);
  return made;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

class Waterfall {
  private readonly rows: Row[];
  private readonly hasChildren: boolean[];
  private readonly folded = new Set<number>();
  private readonly lane: Lane;
  private readonly minimap: Minimap;
  private readonly scroller = element("div", "wf-scroll");
  private readonly space = element("div", "wf-space");
  private readonly found = element("span", "muted");
  private readonly search = element("input", "input");
  private readonly axis = element("div", "wf-axis");
  private readonly whole: HTMLButtonElement;
  private readonly drawn = new Map<number, HTMLElement>();
  private readonly matches = new Set<number>();
  private shown: number[] = [];
  private place = new Map<number, number>();
  private current = -1;
  private pathOnly = false;
  private isAsked = false;

  constructor(private readonly payload: Payload, private readonly stage: HTMLElement, private readonly panel: HTMLElement | null) {
    this.rows = payload.rows;
    this.hasChildren = this.rows.map(() => false);
    for (const row of this.rows) if (row.parent !== undefined) this.hasChildren[row.parent] = true;
    this.rows.forEach((row, number) => row.kind === "repeats" && this.folded.add(number));
    this.lane = new Lane(payload.took);
    this.minimap = new Minimap(payload, this.lane, () => this.zoomed());
    this.whole = button("Whole time", "Show the whole time of the trace (double click on the map)", () => this.minimap.reset());
    this.build();
    this.refold();
  }

  /** Open the span that the address names, without asking for what the server has sent already. */
  startAt(id: string): void {
    const number = this.rows.findIndex((row) => row.id === id);
    if (number < 0) return;
    this.unfoldAbove(number);
    this.choose(number, true);
  }

  press(event: KeyboardEvent): boolean {
    const isHere = this.scroller.contains(document.activeElement) || document.activeElement === document.body;
    switch (event.key) {
      case "j": return this.move(1);
      case "k": return this.move(-1);
      case "ArrowDown": return isHere && this.scroller.contains(document.activeElement) && this.move(1);
      case "ArrowUp": return isHere && this.scroller.contains(document.activeElement) && this.move(-1);
      case "Home": return this.scroller.contains(document.activeElement) && this.move(-this.shown.length);
      case "End": return this.scroller.contains(document.activeElement) && this.move(this.shown.length);
      case "ArrowLeft": return isHere && this.left();
      case "ArrowRight": return isHere && this.right();
      case "Enter": return isHere && this.current >= 0 && this.open(this.current);
      case "Escape": return this.close();
      default: return false;
    }
  }

  close(): boolean {
    if (!this.panel || this.panel.hidden) return false;
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.remember("");
    this.scroller.focus({ preventScroll: true });
    return true;
  }

  private build(): void {
    this.search.type = "search";
    this.search.placeholder = "Search spans";
    this.search.setAttribute("aria-label", "Search the spans of this trace");
    this.search.dataset["search"] = "";
    this.search.addEventListener("input", () => this.look());
    this.search.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.next(event.shiftKey ? -1 : 1);
    });
    this.found.setAttribute("role", "status");
    const path = button("Critical path only", "Show only what the trace waited for", () => {
      this.pathOnly = !this.pathOnly;
      path.setAttribute("aria-pressed", String(this.pathOnly));
      this.refold();
    });
    path.setAttribute("aria-pressed", "false");
    const tools = element("div", "wf-tools");
    tools.append(
      this.search, this.found, element("span", "wf-gap"), this.whole, path,
      button("Fold all", "Fold everything below the roots", () => this.foldAll(true)),
      button("Unfold all", "Unfold everything", () => this.foldAll(false)),
    );
    const head = element("div", "wf-head");
    head.append(element("span", "wf-title", "Span"), this.axis);
    this.scroller.tabIndex = 0;
    this.scroller.setAttribute("role", "tree");
    this.scroller.setAttribute("aria-label", "Spans of this trace; left and right fold, Enter opens");
    this.scroller.append(this.space);
    this.scroller.addEventListener("scroll", () => this.ask(), { passive: true });
    this.scroller.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => this.ask()).observe(this.scroller);
    this.stage.append(tools, this.minimap.element, head, this.scroller);
    this.zoomed();
  }

  private zoomed(): void {
    this.whole.disabled = this.lane.isWhole;
    this.axis.replaceChildren(
      ...Array.from({ length: TICKS }, (_, tick) => {
        const at = this.lane.from + (this.lane.to - this.lane.from) * (tick / (TICKS - 1));
        return element("span", "", span(at));
      }),
    );
    this.redraw();
  }

  private refold(): void {
    const isHidden: boolean[] = [];
    this.shown = [];
    this.rows.forEach((row, number) => {
      const parent = row.parent;
      isHidden[number] = parent !== undefined && (isHidden[parent] === true || this.folded.has(parent));
      if (!isHidden[number] && (!this.pathOnly || row.path)) this.shown.push(number);
    });
    this.place = new Map(this.shown.map((number, place) => [number, place]));
    this.space.style.height = `${this.shown.length * ROW_PX}px`;
    this.scroller.style.height = `${Math.min(this.shown.length * ROW_PX, Math.max(320, innerHeight * 0.62)) + 2}px`;
    this.redraw();
  }

  private redraw(): void {
    for (const row of this.drawn.values()) row.remove();
    this.drawn.clear();
    this.ask();
  }

  private ask(): void {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      this.draw();
    });
  }

  private draw(): void {
    this.lane.widthPx = this.axis.clientWidth;
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / ROW_PX) - SPARE_ROWS);
    const last = Math.min(this.shown.length, Math.ceil((this.scroller.scrollTop + this.scroller.clientHeight) / ROW_PX) + SPARE_ROWS);
    const wanted = new Set(this.shown.slice(first, last));
    for (const [number, row] of this.drawn) {
      if (wanted.has(number)) continue;
      row.remove();
      this.drawn.delete(number);
    }
    for (let place = first; place < last; place++) {
      const number = this.shown[place];
      if (number === undefined || this.drawn.has(number)) continue;
      const made = this.line(number, place);
      this.drawn.set(number, made);
      this.space.append(made);
    }
    this.mark();
  }

  private line(number: number, place: number): HTMLElement {
    const row = this.rows[number] as Row;
    const made = element("div", `wf-row is-${row.kind}${row.failed ? " has-failed" : ""}${row.path ? " is-path" : ""}`);
    made.id = `wf-${number}`;
    made.dataset["number"] = String(number);
    made.style.transform = `translateY(${place * ROW_PX}px)`;
    made.setAttribute("role", "treeitem");
    made.setAttribute("aria-level", String(row.depth + 1));
    const name = element("div", "wf-name");
    name.style.paddingLeft = `${8 + Math.min(row.depth, DEEPEST_INDENT) * INDENT_PX}px`;
    const fold = element("span", "wf-fold");
    if (this.hasChildren[number]) {
      const isFolded = this.folded.has(number);
      made.setAttribute("aria-expanded", String(!isFolded));
      fold.classList.add(isFolded ? "is-folded" : "is-open");
    }
    name.append(fold, element("span", `swatch work-${row.look ?? "other"}`));
    if (row.count !== undefined) name.append(element("b", "wf-times", `${row.count} ×`));
    const text = label(row, this.payload);
    name.append(element("span", "wf-text", text));
    const service = this.payload.texts[row.service ?? 0];
    const above = row.parent === undefined ? undefined : this.rows[row.parent];
    if (service && above?.service !== row.service) name.append(element("span", "wf-service", service));
    if (row.failed) name.append(element("span", "wf-flag is-failed", "failed"));
    if (row.lost) name.append(this.flag("parent elsewhere", "Its parent is in another system, or was not kept"));
    if (row.unsampled) name.append(this.flag("not sampled", "Of this request only what was slow was kept"));
    if (row.shift) name.append(this.flag("clock moved", `Drawn ${span(Math.abs(row.shift))} later than its own clock said`));
    name.title = `${text}\n${this.payload.texts[row.op ?? 0] ?? ""}`.trim();
    made.append(name, this.lane.draw(row));
    return made;
  }

  private flag(text: string, title: string): HTMLElement {
    const made = element("span", "wf-flag", text);
    made.title = title;
    return made;
  }

  private mark(): void {
    for (const [number, row] of this.drawn) {
      row.classList.toggle("is-current", number === this.current);
      row.classList.toggle("is-match", this.matches.has(number));
      if (number === this.current) row.setAttribute("aria-selected", "true");
      else row.removeAttribute("aria-selected");
    }
    if (this.drawn.has(this.current)) this.scroller.setAttribute("aria-activedescendant", `wf-${this.current}`);
    else this.scroller.removeAttribute("aria-activedescendant");
  }

  private click(event: MouseEvent): void {
    const target = event.target as Element;
    const line = target.closest<HTMLElement>(".wf-row");
    if (!line || String(getSelection()).length) return;
    const number = Number(line.dataset["number"]);
    const canOpen = this.rows[number]?.id !== undefined;
    if (target.closest(".wf-fold") || !canOpen) {
      this.choose(number);
      this.toggle(number);
      return;
    }
    this.choose(number);
    this.open(number);
  }

  private choose(number: number, isCentred = false): boolean {
    this.current = number;
    const place = this.place.get(number);
    if (place === undefined) return false;
    const top = place * ROW_PX;
    const { scrollTop, clientHeight } = this.scroller;
    if (isCentred) this.scroller.scrollTop = top - clientHeight / 2;
    else if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top + ROW_PX > scrollTop + clientHeight) this.scroller.scrollTop = top + ROW_PX - clientHeight;
    this.ask();
    this.mark();
    return true;
  }

  private move(by: number): boolean {
    const now = this.place.get(this.current);
    const place = now === undefined ? 0 : Math.min(this.shown.length - 1, Math.max(0, now + by));
    const number = this.shown[place];
    if (number === undefined) return false;
    this.scroller.focus({ preventScroll: true });
    return this.choose(number);
  }

  private left(): boolean {
    const row = this.rows[this.current];
    if (!row) return false;
    if (this.hasChildren[this.current] && !this.folded.has(this.current)) return this.toggle(this.current);
    return row.parent !== undefined && this.choose(row.parent);
  }

  private right(): boolean {
    if (!this.hasChildren[this.current]) return false;
    return this.folded.has(this.current) ? this.toggle(this.current) : this.move(1);
  }

  private toggle(number: number): boolean {
    if (!this.hasChildren[number]) return false;
    if (!this.folded.delete(number)) this.folded.add(number);
    this.refold();
    return true;
  }

  private foldAll(isFolded: boolean): void {
    this.folded.clear();
    if (isFolded) this.hasChildren.forEach((has, number) => has && this.folded.add(number));
    this.refold();
    this.choose(this.current);
  }

  private unfoldAbove(number: number): void {
    for (let at = this.rows[number]?.parent; at !== undefined; at = this.rows[at]?.parent) this.folded.delete(at);
    this.refold();
  }

  private look(): void {
    this.matches.clear();
    const wanted = this.search.value.trim().toLowerCase();
    if (wanted) {
      this.rows.forEach((row, number) => {
        const { texts } = this.payload;
        const text = `${texts[row.name]} ${texts[row.op ?? 0]} ${texts[row.service ?? 0]} ${row.id ?? ""}`;
        if (row.kind !== "repeats" && text.toLowerCase().includes(wanted)) this.matches.add(number);
      });
    }
    this.found.textContent = wanted ? `${this.matches.size} found${this.matches.size ? "; Enter for the next" : ""}` : "";
    this.minimap.show(this.matches);
    this.mark();
  }

  private next(by: number): void {
    const all = [...this.matches];
    if (!all.length) return;
    const ahead = by > 0 ? all.find((number) => number > this.current) : all.findLast((number) => number < this.current);
    const number = ahead ?? (by > 0 ? all[0] : all.at(-1));
    if (number === undefined) return;
    this.unfoldAbove(number);
    this.choose(number, true);
  }

  private open(number: number): boolean {
    const row = this.rows[number];
    if (!row) return false;
    if (row.id === undefined) return this.toggle(number);
    if (!this.panel) return false;
    // What the span itself says of its beginning, before it was moved to the root's clock.
    const at = Math.floor((this.payload.start + row.start - (row.shift ?? 0)) / 1000);
    const address = `${this.payload.detail}?${new URLSearchParams({ span: row.id, at: String(at) })}`;
    this.panel.hidden = false;
    this.remember(row.id);
    void htmx.ajax("GET", address, { target: this.panel, swap: "innerHTML" });
    return true;
  }

  private remember(id: string): void {
    const address = new URL(location.href);
    if (id) address.searchParams.set("span", id);
    else address.searchParams.delete("span");
    history.replaceState(history.state, "", address);
  }
}

export function startWaterfall(): void {
  const holder = document.querySelector<HTMLElement>("[data-waterfall]");
  const said = holder?.querySelector("[data-waterfall-rows]")?.textContent;
  const stage = holder?.querySelector<HTMLElement>("[data-waterfall-stage]");
  if (!holder || !said || !stage) return;
  const panel = document.querySelector<HTMLElement>("[data-span-panel]");
  stage.hidden = false;
  const waterfall = new Waterfall(JSON.parse(said) as Payload, stage, panel);
  holder.querySelector("details")?.removeAttribute("open");
  const wanted = new URLSearchParams(location.search).get("span");
  if (wanted) waterfall.startAt(wanted);
  panel?.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-span-close]")) waterfall.close();
  });
  // Before the page's own keys: here j and k move among spans.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
      if (!waterfall.press(event)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    { capture: true },
  );
}
