"""The daemon: a ticker, a watchdog beside it, and the way out. All work is the house's (`house.shift`)."""

from capteur.daemon.serving import Options, once, serve

__all__ = ["Options", "once", "serve"]
