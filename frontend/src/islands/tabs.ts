/** The tabs, where a phone shows some of them only: the one of this page is among those. */
export function startTabs(): void {
  const tabs = document.querySelector<HTMLElement>(".tabs");
  const current = tabs?.querySelector<HTMLElement>("[aria-current]");
  if (!tabs || !current) return;
  const left = current.offsetLeft - tabs.offsetLeft;
  tabs.scrollLeft = left - (tabs.clientWidth - current.offsetWidth) / 2;
}
