"""Puts ``conf/`` into the wheel as ``ravine/conf``; an editable install reads the checkout's own."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ConfInWheel(BuildHookInterface):
    """Adds the Hydra configurations to everything but an editable wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the folder unless the wheel is editable, where a copy would go stale."""
        if version != "editable":
            build_data["force_include"]["conf"] = "ravine/conf"
