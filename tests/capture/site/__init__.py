"""A site of small views, each of which does one thing that capture must get right."""
