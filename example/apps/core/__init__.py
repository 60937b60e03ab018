"""Accounts and the home page."""
