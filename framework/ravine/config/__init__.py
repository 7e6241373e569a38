"""Config: from overrides to plans; the only room that imports Hydra and OmegaConf.

Other rooms get no configuration object from it, except what ``ravine.compose`` returns.
"""
