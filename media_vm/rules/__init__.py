"""Decisions: standard library only; no clock, no random, no disk, no network, no log."""
