/** Flame graphs that the server drew: a click makes a frame as wide as the graph, a search lights up functions. */
import { onContent } from "./swaps";

const NARROWEST = 1.5; // per cent: less has no room for its name

interface Block {
  element: SVGSVGElement;
  left: number;
  width: number;
  depth: number;
  name: string;
}

class Flame {
  private readonly blocks: Block[];
  private readonly reset: HTMLButtonElement | null;
  private readonly found: HTMLElement | null;

  constructor(holder: HTMLElement, tools: HTMLElement | null) {
    this.blocks = [...holder.querySelectorAll<SVGSVGElement>("svg.block")].map((element) => ({
      element,
      left: parseFloat(element.getAttribute("x") ?? "0"),
      width: parseFloat(element.getAttribute("width") ?? "0"),
      depth: Number(element.dataset["depth"]),
      name: element.querySelector("title")?.textContent ?? "",
    }));
    this.reset = tools?.querySelector<HTMLButtonElement>("[data-flame-reset]") ?? null;
    this.found = tools?.querySelector<HTMLElement>("[data-flame-found]") ?? null;
    if (tools) tools.hidden = false;
    holder.addEventListener("click", (event) => {
      const chosen = (event.target as Element).closest<SVGSVGElement>("svg.block");
      const block = this.blocks.find((each) => each.element === chosen);
      if (block) this.zoom(block);
    });
    this.reset?.addEventListener("click", () => this.zoom(null));
    const search = tools?.querySelector<HTMLInputElement>("[data-flame-search]");
    search?.addEventListener("input", () => this.light(search.value.trim().toLowerCase()));
  }

  private zoom(to: Block | null): void {
    const isWhole = to === null || to.width >= 100;
    const [left, width, depth] = isWhole || !to ? [0, 100, 0] : [to.left, to.width, to.depth];
    const end = left + width;
    for (const block of this.blocks) {
      // Those above hold the chosen one whole, and stay as its callers.
      const isAbove = block.depth < depth && block.left <= left + 1e-4 && block.left + block.width >= end - 1e-4;
      const isBelow = block.depth >= depth && block.left >= left - 1e-4 && block.left + block.width <= end + 1e-4;
      const shown = isAbove ? 100 : (100 * block.width) / width;
      block.element.classList.toggle("is-gone", !isWhole && !isAbove && !isBelow);
      block.element.classList.toggle("is-above", !isWhole && isAbove);
      block.element.setAttribute("x", `${isAbove ? 0 : (100 * (block.left - left)) / width}%`);
      block.element.setAttribute("width", `${shown}%`);
      this.name(block, shown);
    }
    if (this.reset) this.reset.disabled = isWhole;
  }

  private name(block: Block, width: number): void {
    const text = block.element.querySelector("text");
    if (width <= NARROWEST) text?.remove();
    else if (!text) {
      const made = document.createElementNS("http://www.w3.org/2000/svg", "text");
      made.setAttribute("x", "4");
      made.setAttribute("y", "13");
      made.textContent = block.name.split(" (")[0]?.split(".").at(-1) ?? "";
      block.element.append(made);
    }
  }

  private light(wanted: string): void {
    let count = 0;
    for (const block of this.blocks) {
      const isFound = wanted !== "" && block.name.toLowerCase().includes(wanted);
      count += Number(isFound);
      block.element.classList.toggle("is-found", isFound);
      block.element.classList.toggle("is-dim", wanted !== "" && !isFound);
    }
    if (this.found) this.found.textContent = wanted ? `${count} frame${count === 1 ? "" : "s"} found` : "";
  }
}

export function startFlame(): void {
  onContent((root) => {
    for (const holder of root.querySelectorAll<HTMLElement>("[data-flame]:not([data-started])")) {
      holder.dataset["started"] = "";
      new Flame(holder, holder.parentElement?.querySelector<HTMLElement>("[data-flame-tools]") ?? null);
    }
  });
}
