"""Learning-rate schedules: factors by step."""
