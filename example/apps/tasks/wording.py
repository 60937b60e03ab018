"""Words that made-up people and their tasks are called by."""

from __future__ import annotations

NAMES = (
    "amara", "bo", "celine", "dmitri", "esme", "farid", "greta", "hiro", "ines", "jonas", "kaya",
    "liam", "mina", "noor", "otto", "priya", "quentin", "rosa", "sami", "tove", "uma", "viktor",
)  # fmt: skip
TAGS = ("home", "work", "garden", "money", "health", "travel", "family", "reading", "shopping")
TITLES = (
    "Call the dentist", "Write to the landlord", "Pay the electricity bill", "Repair the bicycle",
    "Book a table for Friday", "Clean the kitchen window", "Plan the summer holiday",
    "Return the library books", "Read chapter four", "Write the report's first draft",
    "Ask the tax adviser about the flat", "Visit Grandmother", "Paint the spare room",
    "Find a birthday present for Jo", "Mend the garden fence", "Buy the train tickets",
    "Compare the insurances", "Send round the minutes of Monday's meeting", "Order firewood",
    "Replace the broken lamp", "Review the new colleague's pull request", "Sow the spring onions",
    "Renew the passport", "Back up the photographs", "Cancel the unused subscription",
    "Prepare the talk", "Rehearse the talk", "Measure the shelf", "Buy wood for the shelf",
    "Put up the shelf", "Agree on a date with everybody", "Sort the winter clothes",
)  # fmt: skip
