# What scripts, tests and other rooms ask of the registry, written once.

from .entry import Entry as Entry
from .entry import Plugin as Plugin
from .kinds import KINDS as KINDS
from .registry import PluginError as PluginError
from .registry import PluginWarning as PluginWarning
from .registry import Registry as Registry
from .registry import UnknownNameError as UnknownNameError
from .registry import load as load
from .registry import survey as survey
