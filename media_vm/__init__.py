"""media VM turns pending uploads into stored, described, optimised pictures, and serves them."""

__version__ = "0.1.0"
