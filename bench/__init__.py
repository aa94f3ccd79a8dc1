"""Every figure that README claims, beside its peer in the same run: `make bench`. Read `__main__.py` first."""
