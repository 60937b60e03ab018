"""Source maps: what was uploaded of them, and minified stack traces turned back into the source that was written."""
