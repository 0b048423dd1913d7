from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    name = "rectify.workflow"
    label = "workflow"
