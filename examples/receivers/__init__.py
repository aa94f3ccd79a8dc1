"""What a main API does with media VM's calls, in one file each: in Python and in Node, with nothing installed."""
