"""The forward-deployed engineer's engagement toolkit."""

__version__ = "0.1.0"
