from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    name = "rectify.dashboards"
    label = "dashboards"
