"""Config: from words to plans; the only room that knows Hydra and OmegaConf.

Nothing that it gives to other rooms is a configuration object, but for what ``ravine.compose`` returns.
"""
