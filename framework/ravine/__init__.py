"""ravine: a plugin-based lab for the techniques that make neural networks learn.

The names here are the whole interface for plugins, scripts and notebooks. They are listed in ``__init__.pyi``;
each is imported from its room when it is first used, so that the command answers at once.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
