"""The plugins and their failures: found by name without import, loaded when used, each one isolated from all others."""

from capteur.registry.building import nearest, secrets_of
from capteur.registry.holding import Registry
from capteur.registry.shapes import Broken, Config, Instance, Origin, PluginInfo

__all__ = ["Broken", "Config", "Instance", "Origin", "PluginInfo", "Registry", "nearest", "secrets_of"]
