"""Losses: means over the batch."""
