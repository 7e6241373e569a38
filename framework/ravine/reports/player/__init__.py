"""Player: one HTML file in which recorded runs are played step by step."""
