from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "rectify.organization"
    label = "organization"
