// What the @sentry/node in a folder sends, whichever version it is: `node node_sender.cjs FOLDER DSN`.
// Prints as JSON what that version has no way to send.
"use strict";

const { createRequire } = require("node:module");

const [folder, dsn] = process.argv.slice(2);
const Sentry = createRequire(`${folder}/`)("@sentry/node");
const absent = [];

function divide(amount) {
  try {
    return amount.share.size;
  } catch (error) {
    throw new RangeError("nothing to divide by", { cause: error });
  }
}

function send(name, isThere, how) {
  if (isThere) how();
  else absent.push(name);
}

async function main() {
  Sentry.init({
    dsn,
    release: `shop@${Sentry.SDK_VERSION}`,
    environment: "live",
    tracesSampleRate: 1.0,
    enableLogs: true,
    _experiments: { enableLogs: true },
  });
  Sentry.setTag("queue", "slow");
  Sentry.setUser({ id: "7", email: "ada@example.org" });
  Sentry.setContext("order", { number: 12 });
  Sentry.addBreadcrumb({ category: "auth", message: "signed in", level: "info" });
  Sentry.captureMessage("a message from afar", "warning");
  Sentry.startSession();
  try {
    divide({ password: "hunter2-canary" });
  } catch (error) {
    Sentry.captureException(error);
  }
  Sentry.endSession();
  Promise.reject(new TypeError("nobody waited for it"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await Sentry.startSpan({ op: "task", name: "nightly work" }, () =>
    Sentry.startSpan({ op: "task.step", name: "count the stock" }, () =>
      Sentry.startSpan({ op: "db", name: "SELECT count(*) FROM stock" }, () => {}),
    ),
  );
  Sentry.captureCheckIn({ monitorSlug: "nightly", status: "ok", duration: 2.5 });
  send("feedback", Sentry.captureFeedback, () =>
    Sentry.captureFeedback({ message: "the basket is empty", name: "Grace", email: "grace@example.org" }),
  );
  send("log", Sentry.logger, () => Sentry.logger.warn(Sentry.logger.fmt`a log line from ${"afar"}`));
  send("metric", Sentry.metrics?.count, () => {
    Sentry.metrics.count("orders", 3);
    Sentry.metrics.gauge("depth", 7);
    Sentry.metrics.distribution("took", 12.5, { unit: "millisecond" });
  });
  await Sentry.close(20000);
  console.log(JSON.stringify(absent));
}

main();
