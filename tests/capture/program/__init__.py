"""A site that is run as a program: its commands and its settings."""
