"""What the acts on supervision papers take."""

from typing import Any

from rest_framework import serializers

from rectify.workflow.guards import ActInput, IdField, ReasonInput, TextField

from .states import OrderKind

LONGEST_TITLE = 200
LONGEST_QUESTION = 2000
LONGEST_TEXT = 20_000


class InstructionInput(serializers.Serializer):
    """A leader's own words (批示), and what they are about."""

    kind = serializers.ChoiceField(choices=OrderKind.choices)
    measure = IdField(required=False, allow_null=True, default=None)
    sub_issue = IdField(required=False, allow_null=True, default=None)
    instruction = TextField(max_length=LONGEST_QUESTION)


class WrittenInput(serializers.Serializer):
    """The parts of a paper that the office writes; what is left out stays as it is."""

    department = IdField(required=False, allow_null=True, help_text="who has to answer")
    title = TextField(max_length=LONGEST_TITLE, required=False)
    question = TextField(max_length=LONGEST_QUESTION, required=False, allow_blank=True)
    text = TextField(max_length=LONGEST_TEXT, required=False, help_text="names in braces are filled in on issue")
    due_on = serializers.DateField(required=False, allow_null=True, help_text="until when to answer")


class DraftPartsInput(WrittenInput, InstructionInput):
    """A paper as the office drafts it; title, question and text are those of the template where they are left out."""

    instruction = TextField(max_length=LONGEST_QUESTION, required=False, allow_blank=True, default="")
    leader = IdField(required=False, allow_null=True, default=None, help_text="whose instruction it is")
    parent = IdField(  # type: ignore[assignment]
        required=False, allow_null=True, default=None, help_text="the paper that this one follows"
    )


class EditOrderInput(ActInput, WrittenInput):
    pass


class AnswerOrderInput(ActInput):
    answer = TextField(max_length=LONGEST_TEXT)


class ReturnAnswerInput(ReasonInput):
    due_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="until when to answer anew")


class ConcludeOrderInput(ActInput):
    conclusion = TextField(max_length=LONGEST_QUESTION)


class PaperWordsInput(serializers.Serializer):
    """A template of one kind of paper."""

    title = TextField(max_length=LONGEST_TITLE)
    body = TextField(max_length=LONGEST_TEXT)

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        # Browsers send line ends as two characters; a paper has one.
        return {name: value.replace("\r\n", "\n") for name, value in values.items()}


class PaperTemplatesInput(ActInput):
    """Which templates are to change; those that are left out stay."""

    templates = serializers.DictField(child=PaperWordsInput(), help_text="kind of paper: its title and body")
