"""Making a plugin from templates: a checked name, the files that belong to it, written without touching what is there."""

from capteur.cli.making.names import Name, What, read_name
from capteur.cli.making.plans import Plan, package_plan, plugin_plan
from capteur.cli.making.templates import render
from capteur.cli.making.writing import write

__all__ = ["Name", "Plan", "What", "package_plan", "plugin_plan", "read_name", "render", "write"]
