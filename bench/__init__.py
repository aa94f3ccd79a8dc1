"""Every figure that README claims, beside its peer in the same run: `make bench`. Start reading at `__main__.py`."""
