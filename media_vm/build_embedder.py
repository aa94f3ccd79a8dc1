"""Who turns texts into vectors, put together: Settings → `Embedder`. Part of the composition root."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import structlog

from media_vm.ai_ports import Embedder
from media_vm.build_vision import prices_of, setup_of
from media_vm.environment import SettingsProblem
from media_vm.rules.features import Feature
from media_vm.rules.findings import Provider
from media_vm.settings import Settings
from media_vm.told_embeddings import why_no_vectors
from media_vm.vision.embedding_folder import Unusable
from media_vm.vision.embeddings import ModelEmbeddings
from media_vm.vision.local_embedder import LocalEmbedder
from media_vm.vision.paid_embedder import PaidEmbedder
from media_vm.vision.till import Till

log = structlog.get_logger()


@contextmanager
def build_embedder(settings: Settings, till: Till) -> Iterator[Embedder | None]:
    """Its connections are let go of at the end; None: nobody is set up, or it is switched off. SettingsProblem:
    the folder cannot be used."""
    by = settings.embeds_by
    if by is None or Feature.EMBEDDINGS not in settings.features:
        log.debug("no_embeddings", why=why_no_vectors(settings.features, by))
        yield None
        return
    provider, model = by
    if provider is Provider.LOCAL:
        yield _local(settings)
        return
    with closing(ModelEmbeddings(setup_of(provider, settings), till.bill)) as embeddings:
        yield PaidEmbedder(embeddings, till, prices_of(settings), model, settings.embedding_dimensions)


def _local(settings: Settings) -> LocalEmbedder:
    """Better said once at the start than of every text."""
    assert settings.embedding_folder is not None
    try:
        embedder = LocalEmbedder(settings.embedding_folder)
    except Unusable as error:
        raise SettingsProblem([f"MEDIA_VM_EMBEDDING_FOLDER: {error}"]) from error
    log.info("embeds_here", model=embedder.model, dim=embedder.dim)
    return embedder
