"""An example main API: what a website's own server needs so that media VM can work for it.

Start reading at `app.py`: it shows every route on one screen.
"""
