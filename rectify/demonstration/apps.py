from django.apps import AppConfig


class DemonstrationConfig(AppConfig):
    name = "rectify.demonstration"
    label = "demonstration"
