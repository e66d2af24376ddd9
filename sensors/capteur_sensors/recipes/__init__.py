"""Sensors without code: a TOML file, a recipe, says what an answer or a webhook's body means. Its options: docs/recipes.md."""

from __future__ import annotations

from capteur_sensors.recipes.sensor import Recipe, RecipeHook

__all__ = ["Recipe", "RecipeHook"]
