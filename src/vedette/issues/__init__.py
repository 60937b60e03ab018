"""Issues: the events that are one fault, and what people do about it."""
