"""The demo behind `make run`: pictures go through a real main API, worker and serve, and are then looked at.

Start reading at `__main__.py`.
"""
