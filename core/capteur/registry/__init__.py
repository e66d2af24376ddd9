"""The plugins and their failures: found by name without import, loaded when used, each one isolated from all others."""

from capteur.registry.building import secrets_of
from capteur.registry.holding import Registry
from capteur.registry.shapes import Broken, Budget, Config, Conformance, Instance, Origin, PluginInfo, Reception

__all__ = [
    "Broken", "Budget", "Config", "Conformance", "Instance", "Origin", "PluginInfo", "Reception", "Registry", "secrets_of",
]  # fmt: skip
