"""A vision model looks at one picture: asked as strictly as its endpoint knows, repaired once, never believed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from media_vm.errors import Misconfigured, StepFailed, TryAgain
from media_vm.rules.findings import Call, Provider, Told
from media_vm.rules.pictures import DataType
from media_vm.vision.capability import Capabilities
from media_vm.vision.model_client import ModelClient, Reply
from media_vm.vision.model_dialects import Question, answer_of, sender
from media_vm.vision.model_failures import FormatRefused
from media_vm.vision.model_json import object_in
from media_vm.vision.model_ladder import Ladder, Rung
from media_vm.vision.model_setup import ModelSetup
from media_vm.vision.model_told import OffSchema, read_answer, told_of
from media_vm.vision.prompts import Prompt, prompt_for
from media_vm.vision.schemas import ANSWERS
from media_vm.vision.strict_schema import strict_schema

TASK: Final = "vision"
_ANSWER_SENT_BACK: Final = 4_000  # characters of one that is to be repaired


class ModelVision:
    """One endpoint. Safe to share among threads; several may share a ladder and what is known of servers.

    bill: told one Call for every call that was billed or failed, whatever became of the answer.
    """

    def __init__(
        self,
        setup: ModelSetup,
        bill: Callable[[Call], None],
        *,
        ladder: Ladder | None = None,
        capabilities: Capabilities | None = None,
    ) -> None:
        self.setup = setup
        self._client = ModelClient(setup, bill)
        self._ladder = ladder or Ladder()
        self._capabilities = capabilities or Capabilities()

    @property
    def provider(self) -> Provider:
        """Whose model it is."""
        return self.setup.provider

    def look(self, picture: bytes, data_type: DataType, context: str, *, within: timedelta | None = None) -> Told:
        """What it says of a JPEG. context: JSON text of the brand or the site; data, never believed.

        Ends within the smaller of the setup's budget and `within`. ProviderDown, Misconfigured, TooSlow; TryAgain:
        `empty_answer`, `cut_answer`, `refused`, `off_schema`, `answer_too_long`, `request_refused`.
        """
        budget = self.setup.budget if within is None else min(within, self.setup.budget)
        ends = time.monotonic() + budget.total_seconds()
        model = self.model(budget)
        return _Look(self, model, data_type, ends).told(picture, context)

    def model(self, within: timedelta) -> str:
        """Which model is asked: one that sees. As `Capabilities.model`."""
        return self._capabilities.model(self.setup.checked(), within)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


class _Look:
    """One picture's calls: down the ladder as the endpoint asks, and once more to repair."""

    def __init__(self, vision: ModelVision, model: str, data_type: DataType, ends: float) -> None:
        self._vision = vision
        self._model = model
        self._data_type = data_type
        self._ends = ends
        self._prompt: Prompt = prompt_for(data_type)

    def told(self, picture: bytes, context: str) -> Told:
        question = self._question(picture, context)
        try:
            return self._asked(question)
        except _Unusable as unusable:
            try:
                return self._asked(replace(question, correction=(unusable.answer, unusable.problem)))
            except _Unusable:
                raise TryAgain("off_schema", "the model's answer is not what was asked for, twice") from None

    def _question(self, picture: bytes, context: str) -> Question:
        answer = ANSWERS[self._data_type]
        return Question(
            system=self._prompt.system,
            text=f"<context>{_quoted(context)}</context>\nDescribe the picture as one JSON object.",
            picture=picture,
            schema_name=answer.__name__,
            schema=strict_schema(answer),
        )

    def _asked(self, question: Question) -> Told:
        """One answer, on the highest rung that the endpoint knows."""
        setup, ladder = self._vision.setup, self._vision._ladder
        rung = ladder.rung(setup.url, self._model)
        while True:
            try:
                return self._answered(_said(question, rung), rung)
            except FormatRefused:
                lower = ladder.refused(setup.url, self._model, rung)
                if lower is None:
                    raise TryAgain("request_refused", f"{setup.provider} refuses however it is asked") from None
                rung = lower

    def _answered(self, question: Question, rung: Rung) -> Told:
        setup, client = self._vision.setup, self._vision._client
        send = sender(setup.provider, setup.speaks, self._model, rung, question)
        left = timedelta(seconds=self._ends - time.monotonic())
        try:
            reply = client.call(TASK, self._model, send, left)
        except Misconfigured:
            self._vision._capabilities.forget(setup)  # the model may be gone since it was looked up
            raise
        return self._read(reply)

    def _read(self, reply: Reply) -> Told:
        """Checked, and on the bill with what it was worth."""
        setup, client = self._vision.setup, self._vision._client
        try:
            text = answer_of(setup.speaks, reply.body)
        except StepFailed as failure:
            client.settle(TASK, self._model, reply, failure.reason)
            raise
        worth: str | None = "off_schema"
        try:
            found = object_in(text)
            answer = read_answer(found, self._data_type)
            worth = None
        except OffSchema as problem:
            raise _Unusable(text[:_ANSWER_SENT_BACK], str(problem)) from None
        finally:
            client.settle(TASK, self._model, reply, worth)  # it is paid for, whatever reading it does
        return told_of(answer, found or {}, setup.provider, self._model, self._prompt.version)


class _Unusable(Exception):
    """An answer that is off its schema, and what is wrong with it."""

    def __init__(self, answer: str, problem: str) -> None:
        super().__init__(problem)
        self.answer = answer
        self.problem = problem


def _said(question: Question, rung: Rung) -> Question:
    """Below the first rung the schema stands in the prompt, at its unchanging end."""
    if rung is Rung.JSON_SCHEMA:
        return question
    schema = json.dumps(question.schema, separators=(",", ":"))
    asked = "Answer with one JSON object and nothing else. It fits this JSON schema, with every field there:"
    return replace(question, system=f"{question.system}\n\n{asked}\n{schema}")


def _quoted(context: str) -> str:
    """No text within can close the tag that holds it; JSON reads these escapes as what they stand for."""
    return context.replace("<", "\\u003c").replace(">", "\\u003e")
