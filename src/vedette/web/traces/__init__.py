"""The traces' pages: search, operations, findings, profiles, and one trace as a waterfall."""
