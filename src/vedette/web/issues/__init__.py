"""The issues' pages: the list, one issue with its events, and what people do about them."""
