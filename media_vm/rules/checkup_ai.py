"""Would providers of AI answer? What was found out for free in, a line each out."""

from __future__ import annotations

from media_vm.rules.checkup import Line, ok, problem, warning
from media_vm.rules.findings import Provider
from media_vm.rules.remedies import remedy_of

A_TRUE_QUESTION = "`media-vm ai probe` asks one true question, for about a cent"


def line_that_answers(provider: Provider, model: str, *, is_sure: bool) -> Line:
    """It was reached. is_sure: and said that our key may."""
    what = f"AI: {provider.value}"
    if not is_sure:
        return warning(
            what, f"{model} is there; whether our key may ask it cannot be learned for free", A_TRUE_QUESTION
        )
    return ok(what, f"{model}: reached, key accepted; no picture was sent ({A_TRUE_QUESTION})")


def line_that_fails(provider: Provider, reason: str, detail: str, *, for_texts: bool = False) -> Line:
    """reason: the failure's stable code. for_texts: as who turns texts into vectors."""
    what = f"AI: {provider.value}, embeddings" if for_texts else f"AI: {provider.value}"
    remedy = remedy_of(provider, reason)
    if for_texts:
        remedy = remedy.replace(
            "MEDIA_VM_VISION_MODEL to a model that sees and answers in JSON", "EMBEDDING_MODEL"
        )
    return problem(what, detail, remedy)


def line_of_vectors(provider: Provider, model: str) -> Line:
    """Two words became a vector."""
    cost = "" if provider in (Provider.LOCAL, Provider.OLLAMA) else ", for some two tokens"
    return ok(f"AI: {provider.value}, embeddings", f"{model} turned two words into a vector{cost}")


def line_of_nobody(what: str, why: str) -> Line:
    """A choice, and no fault."""
    return ok(f"AI: {what}", why)
