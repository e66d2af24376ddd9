"""Shipped estimators. Each is registered by entry point like anyone's; `evidence@1` is the default of every model."""
