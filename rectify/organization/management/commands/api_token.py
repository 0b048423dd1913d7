"""Prints a token for the API: `manage.py api_token USERNAME`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from knox.models import get_token_model

from rectify.organization.models import User


class Command(BaseCommand):
    help = "Makes a token for a person and prints it once; only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user '{options['username']}'.")
        _instance, token = get_token_model().objects.create(user)
        self.stdout.write(token)
