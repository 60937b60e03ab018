// What a service sends through a major version of Sentry's SDK for Node: `node sentry.mjs MAJOR DSN`.
const [major, dsn] = process.argv.slice(2);
const loaded = await import(`sentry${major}`);
const Sentry = loaded.init ? loaded : loaded.default;

Sentry.init({ dsn, release: `node@${major}`, environment: "node", tracesSampleRate: 1 });
Sentry.setTag("major", major);
Sentry.addBreadcrumb({ category: "service", message: "just before" });
Sentry.captureMessage("a message from node", "warning");
Sentry.captureException(new RangeError("an exception in node"));
Sentry.startSpan({ name: "work in node", op: "task" }, () =>
  Sentry.startSpan({ name: "part of it", op: "task.part" }, () => {}),
);
process.exitCode = (await Sentry.flush(10_000)) ? 0 : 1;
await Sentry.close(1000);
