"""The commands: each parses, calls the house, and shows a screen. Nothing heavy is imported before a command runs."""
