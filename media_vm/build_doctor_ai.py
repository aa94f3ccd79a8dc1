"""What `media-vm doctor` asks of providers of AI: whether they would answer. It never pays for a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Final

import structlog

from media_vm.adapters.ai_usage import DatabaseSpending
from media_vm.adapters.engine import open_migrated
from media_vm.build_vision import google_vision, prices_of, setup_of
from media_vm.errors import DatabaseDown, NotMigrated, StepFailed
from media_vm.rules.checkup import Line, setting_problem
from media_vm.rules.checkup_ai import line_of_nobody, line_of_vectors, line_that_answers, line_that_fails
from media_vm.rules.findings import Call, Provider
from media_vm.settings import Settings
from media_vm.told_ai import NOBODY
from media_vm.told_embeddings import why_no_vectors
from media_vm.vision.embedding_folder import Unusable
from media_vm.vision.embeddings import ModelEmbeddings
from media_vm.vision.google import MODEL
from media_vm.vision.knocking import knock_at
from media_vm.vision.local_embedder import LocalEmbedder

log = structlog.get_logger()

A_PROVIDER: Final = timedelta(seconds=15)
_STEP: Final = 60.0  # seconds: of which a model gets half, and Google a fifth
WORDS: Final = "a picture"


def ai_checks(settings: Settings) -> Iterator[Callable[[], Iterable[Line]]]:
    """One a provider, and one for whoever turns texts into vectors."""
    hurried = settings.model_copy(update={"step_seconds": min(_STEP, settings.step_seconds)})
    for provider in settings.providers:
        yield partial(_provider, provider, hurried)
    if not settings.providers:
        yield lambda: [line_of_nobody("vision", NOBODY)]
    yield partial(_embedder, hurried)


def _provider(provider: Provider, settings: Settings) -> Iterator[Line]:
    try:
        if provider is Provider.GOOGLE:
            with closing(google_vision(settings, lambda _: None)) as google:
                google.knock()
            yield line_that_answers(provider, MODEL, is_sure=True)
        else:
            knocked = knock_at(setup_of(provider, settings), A_PROVIDER)
            yield line_that_answers(provider, knocked.model, is_sure=knocked.is_sure)
    except StepFailed as failure:
        yield line_that_fails(provider, failure.reason, failure.detail)


def _embedder(settings: Settings) -> Iterator[Line]:
    by = settings.embeds_by
    if (why := why_no_vectors(settings.features, by)) or by is None:
        yield line_of_nobody("embeddings", why or "")
        return
    provider, model = by
    try:
        if provider is Provider.LOCAL:
            assert settings.embedding_folder is not None
            LocalEmbedder(settings.embedding_folder)
        else:
            _embed(provider, model, settings)
    except Unusable as error:
        remedy = "name the folder of a BERT as sentence-transformers saves it (docs/ai.md)"
        yield setting_problem("AI: local, embeddings", f"MEDIA_VM_EMBEDDING_FOLDER: {error}", remedy)
    except StepFailed as failure:
        yield line_that_fails(provider, failure.reason, failure.detail, for_texts=True)
    else:
        yield line_of_vectors(provider, model)


def _embed(provider: Provider, model: str, settings: Settings) -> None:
    with closing(ModelEmbeddings(setup_of(provider, settings), partial(_bill, settings))) as embeddings:
        embeddings.embed([WORDS], model, settings.embedding_dimensions)


def _bill(settings: Settings, call: Call) -> None:
    """Two tokens too are written down, unless the database is what is ill."""
    try:
        engine = open_migrated(settings.database_url)
        try:
            spending = DatabaseSpending(engine, prices_of(settings), None, "media-vm doctor")
            spending.record(call, media_id=None, prompt_version="doctor")
        finally:
            engine.dispose()
    except (DatabaseDown, NotMigrated) as error:
        log.debug("doctors_call_not_billed", why=str(error))
