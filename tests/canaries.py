"""The secrets that tests plant. A full run ends with a look for them in all that it left: `scripts/canaries.py`.

Every one begins alike, so that one pass finds any of them, and is made of characters that neither JSON nor a URL
escapes. A new secret of a test belongs here, and a file that has to hold one among `HOLDERS`.
"""

from __future__ import annotations

from typing import Final

MARK: Final = "canary-7c41e09d5b-"

MAIN_API_KEY: Final = f"{MARK}main-api-key"
MEDIA_VM_API_KEY: Final = f"{MARK}media-vm-api-key"
SERVE_SECRET: Final = f"{MARK}serve-secret"
SERVE_KEY: Final = f"{MARK}serve-key"
GOOGLE_API_KEY: Final = f"{MARK}google-api-key"
OPENAI_API_KEY: Final = f"{MARK}openai-api-key"
OPENROUTER_API_KEY: Final = f"{MARK}openrouter-api-key"
DATABASE_PASSWORD: Final = f"{MARK}database-password"
REPLACING_PASSWORD: Final = f"{MARK}replacing-password"
SIGNATURE: Final = f"{MARK}signature"

ALL: Final = {
    MAIN_API_KEY,
    MEDIA_VM_API_KEY,
    SERVE_SECRET,
    SERVE_KEY,
    GOOGLE_API_KEY,
    OPENAI_API_KEY,
    OPENROUTER_API_KEY,
    DATABASE_PASSWORD,
    REPLACING_PASSWORD,
    SIGNATURE,
}
# Names of files in which a secret may stand, because that is what they are for.
HOLDERS: Final = {
    "env": "the settings that a machine of the tests is started with",
    "main_key": "the secret file that doctor is to read",
}
