"""Models: one protocol, and the kinds that answer to it. Adapters import their SDK only when they are asked."""
