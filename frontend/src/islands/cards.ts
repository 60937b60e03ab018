/**
 * Cards are fragments that htmx loads side by side.  This island ends a card's request when its reader says so, says so
 * when the site cannot be reached, and keeps polls from running where nobody looks.
 */
import htmx from "htmx.org";

interface RequestDetail {
  ctx?: { sourceElement?: Element; sourceEvent?: Event; status?: string };
}

function sourceOf(event: Event): Element | null {
  return (event as CustomEvent<RequestDetail>).detail?.ctx?.sourceElement ?? (event.target as Element | null);
}

function say(card: Element, id: string): void {
  const template = document.getElementById(id);
  if (!(template instanceof HTMLTemplateElement)) return;
  card.replaceChildren(template.content.cloneNode(true));
  card.removeAttribute("aria-busy");
}

/** Tell whether a poll of *card* would disturb who works in it. */
function isUnwelcome(card: Element): boolean {
  return card.contains(document.activeElement) || card.querySelector("details[open]") !== null;
}

export function startCards(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const card = target.closest("[data-card]");
    if (!card) return;
    if (target.closest("[data-cancel]")) {
      card.setAttribute("data-cancelled", "");
      htmx.trigger(card as HTMLElement, "htmx:abort");
      say(card, "card-cancelled");
    } else if (target.closest("[data-retry]")) {
      card.removeAttribute("data-cancelled");
      say(card, "card-loading");
      htmx.trigger(card as HTMLElement, "retry");
    }
  });
  document.addEventListener("htmx:before:request", (event) => {
    const card = sourceOf(event)?.closest("[data-card]");
    const cause = (event as CustomEvent<RequestDetail>).detail?.ctx?.sourceEvent?.type;
    if (cause === "every" && document.hidden) event.preventDefault();
    else if (card && cause === "every" && (card.hasAttribute("data-cancelled") || isUnwelcome(card))) event.preventDefault();
  });
  document.addEventListener("htmx:error", (event) => {
    const card = sourceOf(event)?.closest("[data-card]");
    if (card && !card.hasAttribute("data-cancelled") && card.querySelector("[data-loading]")) say(card, "card-unreachable");
  });
  // A whole page where a card should be is the site's own error page: it must not be put into ours.
  document.addEventListener("htmx:before:swap", (event) => {
    const detail = (event as CustomEvent<{ ctx?: { text?: string; sourceElement?: Element } }>).detail;
    if (!/<html[\s>]/i.test(detail?.ctx?.text ?? "")) return;
    event.preventDefault();
    const card = detail.ctx?.sourceElement?.closest("[data-card]");
    if (card) say(card, "card-broken");
  });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-refresh]")) {
      event.preventDefault();
      location.reload();
    }
  });
}
