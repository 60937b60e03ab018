/** The pages' script: each island looks for its own elements, again after every swap. */
import "htmx.org";
import { startCards } from "./islands/cards";
import { startCharts } from "./islands/charts";
import { startCompletion } from "./islands/complete";
import { startCopy } from "./islands/copy";
import { startFlame } from "./islands/flame";
import { startIssues } from "./islands/issues";
import { startKeyboard } from "./islands/keyboard";
import { startPicker } from "./islands/picker";
import { startTabs } from "./islands/tabs";
import { startTail } from "./islands/tail";
import { startTimes } from "./islands/times";
import { startWaterfall } from "./islands/waterfall";

document.documentElement.classList.add("has-script");
for (const start of [startTimes, startTabs, startCards, startCharts, startPicker, startIssues, startKeyboard, startCompletion, startCopy, startTail, startWaterfall, startFlame]) {
  start();
}
