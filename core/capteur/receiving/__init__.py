"""The receiver: one ASGI app for everything that is pushed to us, in the daemon and alone. docs/webhooks.md

What comes is checked, kept as it came, and answered once that is committed; an instance's sensor reads it later. All work on
the store is the house's (`house.deliveries`).
"""

from capteur.receiving.app import Receiver
from capteur.receiving.serving import beside, receive, receiving

__all__ = ["Receiver", "beside", "receive", "receiving"]
