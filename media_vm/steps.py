"""The four steps, one paragraph each. A step returns an Outcome or raises a StepFailed; it never retries,
sleeps or decides what a failure means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from media_vm.errors import Confirmed, DatabaseDown, LeaseLost, StepFailed, TryAgain
from media_vm.failpoints import failpoint
from media_vm.ports import World
from media_vm.providers_away import unanswered
from media_vm.rules.analysis import Analysis, Description
from media_vm.rules.brand_colors import enclosed_background
from media_vm.rules.callbacks import Event, EventKind, complete_body
from media_vm.rules.checklist import Checklist, Redo, Step
from media_vm.rules.known import Known
from media_vm.rules.lost_originals import ORIGINAL_LOST, ORIGINAL_RETIRED
from media_vm.rules.merging import merged
from media_vm.rules.outcomes import is_proof
from media_vm.rules.owners_words import in_place_of
from media_vm.rules.paths import bulk_path, library_folder, slug_from, slug_in
from media_vm.rules.pictures import DataType, Made, Variant
from media_vm.rules.reprocessing import Remake
from media_vm.rules.validation import EXTENSIONS
from media_vm.values import Download, Media, Original, Outcome, RenderRequest
from media_vm.walk import Walk

log = structlog.get_logger()


def retrieve_file(walk: Walk, world: World) -> Outcome:
    """Fetch the temp file, look at its header, keep it as the original, byte for byte."""
    media, suspect = walk.media, walk.media.checklist.suspect
    world.files.folder("bulk")  # a storage that is away is said before anything is fetched
    download = _fetch(walk, world)
    failpoint("downloaded")
    walk.fingerprint = f"sha256:{download.sha256}"
    if suspect and is_proof(media.checklist, walk.fingerprint):
        raise Confirmed(suspect)
    facts = world.pixels.inspect(walk.incoming)
    path = bulk_path(walk.now().date(), media.id, download.sha256, EXTENSIONS[facts.type])
    if media.original and media.original.sha256 == download.sha256:
        path = media.original.path  # lost and found again: whoever shares it finds it there too
    world.files.keep_original(walk.incoming, path)
    note = f"{facts.type} {facts.width}×{facts.height}, {download.bytes} bytes"
    original = Original(path, download.bytes, download.sha256)
    return Outcome(Step.RETRIEVE_FILE, note, original=original, facts=facts, arrived=not walk.from_kept)


def _fetch(walk: Walk, world: World) -> Download:
    """The temp file; for a retry on request, what quarantine kept of it (contract §5.5). Our own copy is never
    the second look that proves something against the temp file."""
    media = walk.media
    is_first_look = media.checklist.redo is Redo.RETRY and media.checklist.suspect is None
    kept = world.files.quarantined(media.id) if is_first_look else None
    walk.from_kept = kept is not None
    if kept is not None:
        return world.files.copy(kept, walk.incoming)
    return world.api.download(media.image_path, walk.incoming, walk.asks())


def ai_visual_analysis(walk: Walk, world: World) -> Outcome:
    """Measure the picture, and have it described where a provider is set up. What was found is kept even if
    somebody does not answer; what comes after the picture went live is told as an update (contract §5.4)."""
    media = walk.media
    original = _original(media, world)
    measured, known = world.vision.measure(original, media.data_type), _known(walk, original, world)
    earlier, is_live = world.store.analysis(media.id), media.checklist.has_variants
    may_keep = earlier is None or not earlier.ai_enhanced  # a failed attempt replaces no description
    walk.found = merged(measured, None, None, known) if may_keep else None
    described = world.vision.describe(original, media, known, walk.away)
    found = merged(measured, described.seen, described.told, known)
    analysis = in_place_of(earlier, found, has_variants=is_live)
    walk.found = analysis if may_keep else None
    if (lacking := unanswered(walk, described, world)) is not None:
        raise lacking
    degraded = None if world.vision.choices else "not_configured"
    news = None
    if is_live:
        made = world.store.made(media.id)
        news = completion(EventKind.UPDATE, media, made, analysis, degraded, world)
    note = f"described by {analysis.model or 'google'}" if analysis.ai_enhanced else "measured locally"
    return Outcome(Step.AI_VISUAL_ANALYSIS, note, analysis=analysis, degraded=degraded, new_event=news)


def late_news(walk: Walk, checklist: Checklist, world: World) -> Event | None:
    """Somebody answered at last while others still do not: once the picture is live that is told too, once, for
    what a failed attempt found is kept only where nobody had described the picture before."""
    media, found = walk.media, walk.found
    if found is None or not found.ai_enhanced or not checklist.has_variants:
        return None
    made = world.store.made(media.id)
    return completion(EventKind.UPDATE, media, made, found, checklist.degraded, world)


def measured_alone(walk: Walk, world: World) -> Analysis | None:
    """While a provider is away a picture goes live with what we can measure ourselves; None where that is known,
    or is not to be had: then the step itself will say why."""
    media = walk.media
    if world.store.analysis(media.id) is not None:
        return None
    try:
        original = _original(media, world)
        measured, known = world.vision.measure(original, media.data_type), _known(walk, original, world)
    except StepFailed:
        return None
    except (LeaseLost, DatabaseDown):
        raise
    except Exception:  # outside of any attempt: the step will meet it again, and spend one
        log.exception("measuring_broke", media_id=media.id)
        return None
    return merged(measured, None, None, known)


def _known(walk: Walk, original: Path, world: World) -> Known:
    """What we know of it besides its pixels: its owner's words, the file's own, and of a site what the main API
    tells of it."""
    media = walk.media
    known = replace(world.store.known(media), embedded_caption=world.pixels.caption(original))
    if media.data_type is not DataType.SITES:
        return known
    return replace(known, site=known.site.with_told(world.api.site(media.user_id, walk.asks)))


def resize_optimize(walk: Walk, world: World) -> Outcome:
    """Make every variant under temporary names; publish them only if the lease is still ours. Those that are made
    again are no news, since the main API knows the picture's one URL, unless somebody wants them told."""
    media, part = walk.media, walk.media.checklist.remakes
    analysis, asked = world.store.analysis(media.id), _asked_again(media, world)
    folder = library_folder(media.user_id, media.data_type)
    original = _original(media, world)
    only = asked if asked and part is Redo.REPROCESS else Remake()
    before = world.store.kept(media.id) if media.checklist.has_variants else ()
    rendering = world.pixels.render(
        original, world.files.folder(folder), _render_request(media, analysis, only, before)
    )
    try:
        failpoint("rendered")
        world.leases.renew(walk.claim)
        variants = world.files.publish(rendering, media.id, folder, _slug(media, analysis, before))
        variants = replace(variants, formats=only.formats_made)
        failpoint("published")
    except BaseException:
        world.files.discard(*(one.temporary for one in rendering.kept))
        raise
    news, degraded = None, media.checklist.degraded
    if not media.checklist.has_variants:
        news = completion(EventKind.COMPLETE, media, variants.made, analysis, degraded, world)
    elif asked and asked.tells:
        news = completion(EventKind.UPDATE, media, variants.beside(before), analysis, degraded, world)
    note = f"{len(variants.kept)} variants kept, {len(variants.not_kept)} not"
    note = f"{note}; {rendering.note}" if rendering.note else note
    is_hasty = part is not Redo.POLISH and media.data_type is not DataType.LOGO  # logos are not made in a hurry
    is_whole = part is None or (part is Redo.REPROCESS and only.is_whole)
    return Outcome(
        Step.RESIZE_OPTIMIZE,
        note,
        variants=variants,
        awaits_polish=is_hasty,
        made_with=(world.made_with or None) if is_whole else None,
        new_event=news,
    )


def _render_request(
    media: Media, analysis: Analysis | None, only: Remake, before: Sequence[Variant]
) -> RenderRequest:
    part = media.checklist.remakes
    return RenderRequest(
        media.data_type,
        analysis.focal_point if analysis else None,
        only_crops=part is Redo.CROPS,
        only_removed=part is Redo.FACE,
        sizes=only.sizes,
        formats=only.formats_made,
        polishes=frozenset(one.sha256 for one in before) if part is Redo.POLISH else None,
        text_regions=analysis.writing if analysis and media.data_type is DataType.SITES else (),
        has_enclosed_background=enclosed_background(analysis),
    )


def _asked_again(media: Media, world: World) -> Remake | None:
    """What an operator wants made of a picture that is live, if its turn has come."""
    is_reprocess = media.checklist.has_variants and media.checklist.remakes in (None, Redo.REPROCESS)
    return world.reprocessing.asked_of(media.id) if is_reprocess and world.reprocessing else None


def _slug(media: Media, analysis: Analysis | None, before: Sequence[Variant]) -> str:
    """What is live keeps its name (contract §5.4), whatever is known of it by now."""
    for one in before:
        if slug := slug_in(one.path, media.id, one.size):
            return slug
    shown = analysis.described if analysis else Description()
    return slug_from((shown.style, shown.subject_matter, shown.medium), media.original_name)


def update_callback(walk: Walk, world: World) -> Outcome:
    """Tell the main API the oldest thing that it has not heard: complete, update or cleanup."""
    event = world.store.open_event(walk.media.id)
    if event is None:
        return Outcome(Step.UPDATE_CALLBACK, "nothing left to tell")
    failpoint("sending")
    world.leases.renew(walk.claim)  # whoever lost the lease meanwhile tells nobody anything
    answer = world.api.send(event, walk.asks())
    failpoint("sent")
    note = f"{event.kind.value}: {answer.note}"
    return Outcome(Step.UPDATE_CALLBACK, note, answered=event, is_forgotten=answer.is_unknown)


STEPS: Mapping[Step, Callable[[Walk, World], Outcome]] = {
    Step.RETRIEVE_FILE: retrieve_file,
    Step.AI_VISUAL_ANALYSIS: ai_visual_analysis,
    Step.RESIZE_OPTIMIZE: resize_optimize,
    Step.UPDATE_CALLBACK: update_callback,
}


def completion(
    kind: EventKind,
    media: Media,
    made: Made,
    analysis: Analysis | None,
    degraded: str | None,
    world: World,
) -> Event | None:
    """The event that says that a media is complete; None for one that the main API did not send."""
    is_update = kind is EventKind.UPDATE
    url = f"{world.public_url}/serve/{media.id}"
    body = complete_body(media.id, url, made, media.data_type, analysis, degraded, is_update=is_update)
    return new_event(kind, media, body, world)


def new_event(kind: EventKind, media: Media, body: str | None, world: World) -> Event | None:
    """An event with an Idempotency-Key of its own; None for whom the main API does not know."""
    if media.main_api_id is None or media.checklist.is_forgotten:
        return None
    return Event(kind, media.main_api_id, world.new_key(), body)


def _original(media: Media, world: World) -> Path:
    """The stored original, its bytes those that arrived; else it is fetched again (contract §5.5). One that was
    kept for long enough is not."""
    if media.is_retired:
        raise TryAgain(ORIGINAL_RETIRED, "its original was kept for as long as MEDIA_VM_RETENTION_DAYS says")
    if media.original is None or not world.files.is_sound(media.original):
        raise TryAgain(ORIGINAL_LOST, "the stored original is missing or altered")
    return world.files.original(media.original.path)
