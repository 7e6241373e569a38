"""Plans: which runs a study will have: a grid at once, a search round by round.

A plan says which experiments come next. It trains none of them.
"""
