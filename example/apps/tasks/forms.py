"""The form of one task."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from apps.tasks.models import Task
from apps.tasks.tag_names import UnableToReadTags, parse_tags


class TaskForm(forms.ModelForm):  # type: ignore[type-arg]
    """A task as a person fills it in: tags as words, the order as a list to tick."""

    tags = forms.CharField(required=False, help_text="Words with commas between them, such as home, garden.")
    after = forms.ModelMultipleChoiceField(
        queryset=Task.objects.none(),
        required=False,
        label="Do after",
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        """Tags and order are stored by `operations.save_task`."""

        model = Task
        fields: ClassVar = ["title", "notes", "due_on"]
        widgets: ClassVar = {
            "notes": forms.Textarea(attrs={"rows": 4}),
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the owner's other open tasks, and those that are ticked already."""
        super().__init__(*args, **kwargs)
        task = self.instance
        others = Task.objects.filter(owner=task.owner_id, done_at=None)
        if task.pk:
            self.initial["tags"] = ", ".join(tag.name for tag in task.tags.all())
            self.initial["after"] = list(task.after.values_list("pk", flat=True))
            others = (others | Task.objects.filter(before=task)).exclude(pk=task.pk).distinct()
        choices = self.fields["after"]
        assert isinstance(choices, forms.ModelMultipleChoiceField)
        choices.queryset = others

    def clean_tags(self) -> list[str]:
        """Split the words.

        Raises ValidationError.
        """
        try:
            return parse_tags(self.cleaned_data["tags"].split(","))
        except UnableToReadTags as error:
            raise forms.ValidationError(str(error)) from error
