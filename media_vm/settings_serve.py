"""The settings of serve's door: who may see pictures, and what of their analysis; how often one may write."""

from __future__ import annotations

from pydantic_settings import BaseSettings

from media_vm.forms import LongKey, Networks, PublicFields, SigningKeys, words
from media_vm.rules.addresses import networks_named
from media_vm.rules.manifest import PUBLIC
from media_vm.setting_fields import CONFIG, setting


class ServeSettings(BaseSettings):
    """The part of `Settings` that is about who may see what, and do what how often."""

    model_config = CONFIG

    serve_secrets: SigningKeys | None = setting(
        None,
        "MEDIA_VM_SERVE_SECRETS",
        says="makes pictures visible by signed, expiring URLs only: one or two keys of at least 16 characters, "
        "separated by a comma; the first signs, both are accepted. Set and empty is an error",
        example="a long random text,the one before",
    )
    serve_key: LongKey | None = setting(
        None,
        "MEDIA_VM_SERVE_KEY",
        says="Bearer key of the proxy, of at least 16 characters, which then needs no signed URL; alone it shuts "
        "out everybody else. Set and empty is an error",
        example="yet another long random text",
    )
    public_analysis: PublicFields = setting(
        PUBLIC,
        "MEDIA_VM_PUBLIC_ANALYSIS",
        says="fields of the analysis that a picture's manifest tells everybody; set and empty, or `none`, "
        "for none",
        example="style,dominant_colors,quality_score",
    )

    key_writes_per_minute: int = setting(
        3000,
        "MEDIA_VM_KEY_WRITES_PER_MINUTE",
        says="calls that change something (`wake`, `retry`, `focal` …), in each process of serve; 0: no limit",
        example="3000",
        ge=0,
    )
    address_writes_per_minute: int = setting(
        1200,
        "MEDIA_VM_ADDRESS_WRITES_PER_MINUTE",
        says="the same of one address; 0: no limit",
        example="1200",
        ge=0,
    )
    address_wrong_keys_per_minute: int = setting(
        20,
        "MEDIA_VM_ADDRESS_WRONG_KEYS_PER_MINUTE",
        says="calls with a wrong or no key of one address until further ones hear 429; the right key is let in "
        "all the same; 0: no limit",
        example="20",
        ge=0,
    )
    trusted_proxies: Networks = setting(
        networks_named(("127.0.0.1", "::1")),
        "MEDIA_VM_TRUSTED_PROXIES",
        says="addresses and networks of the proxies in front, whose `X-Forwarded-For` is believed; `none` for "
        "none",
        example="127.0.0.1,10.0.0.0/8",
    )

    @property
    def signing_keys(self) -> tuple[bytes, ...]:
        """Those that URLs are signed with, the first for new ones; none where pictures need no signature."""
        given = self.serve_secrets.get_secret_value() if self.serve_secrets else ""
        return tuple(key.encode() for key in words(given))
