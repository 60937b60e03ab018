/** Completion in a query bar: field names while a word is typed, values of the field behind its colon. */
interface Choice {
  text: string;
  note: string;
}

const WAIT_MS = 120;

interface Token {
  start: number;
  text: string;
}

/** Return the word that the caret is in: what stands between it and the last space outside of quotes. */
export function tokenAt(value: string, caret: number): Token {
  let start = 0;
  let quoted = false;
  for (let place = 0; place < caret; place++) {
    if (value[place] === '"') quoted = !quoted;
    else if (value[place] === " " && !quoted) start = place + 1;
  }
  return { start, text: value.slice(start, caret) };
}

class Completion {
  private readonly list = document.createElement("ul");
  private choices: Choice[] = [];
  private current = -1;
  private timer = 0;
  private asked = 0;

  constructor(private readonly input: HTMLInputElement, private readonly address: string) {
    this.list.className = "completion";
    this.list.id = `${input.id}-choices`;
    this.list.setAttribute("role", "listbox");
    this.list.hidden = true;
    input.after(this.list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.list.id);
    input.setAttribute("aria-expanded", "false");
    input.addEventListener("input", () => this.schedule());
    input.addEventListener("focus", () => this.schedule());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const item = (event.target as Element).closest("li");
      if (item) this.take([...this.list.children].indexOf(item));
    });
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), WAIT_MS);
  }

  private async ask(): Promise<void> {
    const mine = ++this.asked;
    const token = tokenAt(this.input.value, this.input.selectionStart ?? 0);
    const url = new URL(this.address, location.href);
    url.search = location.search;
    url.searchParams.set("word", token.text);
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (!answer.ok || mine !== this.asked || document.activeElement !== this.input) return;
      const { choices } = (await answer.json()) as { choices: Choice[] };
      this.show(choices);
    } catch {
      this.close(); // a query can be typed without help
    }
  }

  private show(choices: Choice[]): void {
    this.choices = choices;
    this.current = -1;
    this.list.replaceChildren(...choices.map((choice, place) => {
      const item = document.createElement("li");
      item.id = `${this.list.id}-${place}`;
      item.setAttribute("role", "option");
      const text = document.createElement("span");
      text.textContent = choice.text;
      const note = document.createElement("small");
      note.textContent = choice.note;
      item.append(text, note);
      return item;
    }));
    this.list.hidden = choices.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
  }

  private close(): void {
    this.show([]);
    this.input.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    if (this.list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const by = event.key === "ArrowDown" ? 1 : -1;
      this.current = (this.current + by + this.choices.length) % this.choices.length;
      [...this.list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === this.current)));
      const item = this.list.children[this.current];
      item?.scrollIntoView({ block: "nearest" });
      if (item) this.input.setAttribute("aria-activedescendant", item.id);
      event.preventDefault();
    } else if ((event.key === "Enter" || event.key === "Tab") && this.current >= 0) {
      this.take(this.current);
      event.preventDefault();
    } else if (event.key === "Escape") {
      this.close();
      event.stopPropagation();
    }
  }

  private take(place: number): void {
    const choice = this.choices[place];
    if (!choice) return;
    const caret = this.input.selectionStart ?? 0;
    const token = tokenAt(this.input.value, caret);
    const isField = choice.text.endsWith(":") || choice.text.endsWith(".");
    const text = isField ? choice.text : `${choice.text} `;
    this.input.setRangeText(text, token.start, caret, "end");
    this.close();
    if (isField) this.schedule();
  }
}

export function startCompletion(): void {
  document.querySelectorAll<HTMLInputElement>("input[data-complete]").forEach((input) => {
    new Completion(input, input.dataset["complete"] ?? "");
  });
}
