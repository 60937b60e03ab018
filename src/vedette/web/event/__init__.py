"""One error event as a page shows it: from the payload that was stored to plain values; nothing here asks anything."""
