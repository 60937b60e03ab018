"""What the demonstration's people have to do."""

from __future__ import annotations

TITLES = (
    "Call the dentist", "Write to the landlord", "Pay the electricity bill", "Repair the bicycle",
    "Book a table for Friday", "Clean the kitchen window", "Plan the summer holiday", "Order firewood",
    "Return the library books", "Read chapter four", "Write the report's first draft", "Renew the passport",
    "Visit Grandmother", "Paint the spare room", "Find a birthday present", "Mend the garden fence",
    "Buy the train tickets", "Compare the insurances", "Send round the minutes", "Replace the broken lamp",
    "Review the pull request", "Sow the spring onions", "Back up the photographs", "Prepare the talk",
    "Measure the shelf", "Buy wood for the shelf", "Put up the shelf", "Sort the winter clothes",
)  # fmt: skip
