"""The secret address at which a person's calendar program fetches their days."""

from django.conf import settings
from django.db import models


class Feed(models.Model):
    """That a person has an address; the address itself is not kept, only its SHA-256."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", primary_key=True)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user} {self.made_at:%Y-%m-%d}"
