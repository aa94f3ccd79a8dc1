"""The picture that a probe shows: 32 × 32 px, a drawing of the sea, asked for labels alone."""

from __future__ import annotations

import base64
from typing import Final

PROBE: Final = base64.b64decode(
    "/9j/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBD"
    "AQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAAgACAD"
    "ASIAAhEBAxEB/8QAGQAAAgMBAAAAAAAAAAAAAAAAAAYDBQcE/8QAKRAAAAMFBwQDAAAAAAAAAAAAAAIRAQMEEhMUFRYhMlFlBRej"
    "4iIjMf/EABYBAQEBAAAAAAAAAAAAAAAAAAUCBv/EACARAAAFBAMBAAAAAAAAAAAAAAABAgMEESExQQUiURL/2gAMAwEAAhEDEQA/"
    "AGgAA03RA3HaaH22apNObVKqou4bcdJuldgVto3K00KOH6cd+7nMaRjdOSqIIiHPDPJTZsbpNuLODjHJocpTHKQxGMK1hmoo4+ox"
    "BH7wpSZsIvy3GcgzuSc5JTLyel9Y8vuttnkJSI8VMUloPtbefbDPcf8AGef1Fr3eirDZLoc06VJazVRE2/RmwBqlNIVkgalRpwHT"
    "H/Gef1Bj/jPP6hLAK+SE0H//2Q=="
)
