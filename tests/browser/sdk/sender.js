// What a page sends through each major version of Sentry's SDK: whichever `sdk` is bundled as.
import * as Sentry from "sdk";

const told = new URLSearchParams(location.search);
const major = told.get("major");

Sentry.addTracingExtensions?.(); // of 7 alone
Sentry.init({
  dsn: told.get("dsn"),
  release: `page@${major}`,
  environment: "browser",
  tracesSampleRate: 1,
  tracePropagationTargets: [],
  enableLogs: true,
  _experiments: { enableLogs: true }, // where 9 looks for it
});

Sentry.setTag("major", major);
Sentry.addBreadcrumb({ category: "page", message: "just before" });
const eventId = Sentry.captureMessage("a message from the page", "warning");
setTimeout(() => {
  throw new TypeError("uncaught in the page");
});
setTimeout(() => Promise.reject(new RangeError("unhandled in the page")));
Sentry.startSpan({ name: "work in the page", op: "task" }, () =>
  Sentry.startSpan({ name: "part of it", op: "task.part" }, () => {}),
);
if (Sentry.captureFeedback) {
  Sentry.captureFeedback({ message: "it is slow", name: "Ada", associatedEventId: eventId });
} else {
  Sentry.captureUserFeedback({ event_id: eventId, name: "Ada", email: "", comments: "it is slow" });
}
Sentry.logger?.info("a log line of the page", { shelf: "second" });
Sentry.metrics?.count?.("clicks", 2);

setTimeout(async () => {
  document.title = (await Sentry.flush(10_000)) ? "sent" : "not sent";
}, 500);
