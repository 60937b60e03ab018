"""Which events are one issue: pure Python, without Django and without I/O."""
