"""Looks into a network while it learns."""
