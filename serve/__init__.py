"""The serving app: reads what the worker made, and writes nothing but requests to it."""
