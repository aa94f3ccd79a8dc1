"""The settings of serve's door: who may see pictures, and what of their analysis."""

from __future__ import annotations

from pydantic_settings import BaseSettings

from media_vm.forms import FilledKey, PublicFields, SigningKeys, words
from media_vm.rules.manifest import PUBLIC
from media_vm.setting_fields import CONFIG, setting


class ServeSettings(BaseSettings):
    """The part of `Settings` that is about who may see what."""

    model_config = CONFIG

    serve_secrets: SigningKeys | None = setting(
        None,
        "MEDIA_VM_SERVE_SECRETS",
        says="makes pictures visible by signed, expiring URLs only: one or two keys of at least 16 characters, "
        "separated by a comma; the first signs, both are accepted. Set and empty is an error",
        example="a long random text,the one before",
    )
    serve_key: FilledKey | None = setting(
        None,
        "MEDIA_VM_SERVE_KEY",
        says="Bearer key of the proxy, which then needs no signed URL; alone it shuts out everybody else. Set and "
        "empty is an error",
        example="yet another long random text",
    )
    public_analysis: PublicFields = setting(
        PUBLIC,
        "MEDIA_VM_PUBLIC_ANALYSIS",
        says="fields of the analysis that a picture's manifest tells everybody; set and empty, or `none`, "
        "for none",
        example="style,dominant_colors,quality_score",
    )

    @property
    def signing_keys(self) -> tuple[bytes, ...]:
        """Those that URLs are signed with, the first for new ones; none where pictures need no signature."""
        given = self.serve_secrets.get_secret_value() if self.serve_secrets else ""
        return tuple(key.encode() for key in words(given))
