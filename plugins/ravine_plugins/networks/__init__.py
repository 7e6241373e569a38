"""Recipes for networks."""
