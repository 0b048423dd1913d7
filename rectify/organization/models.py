"""Organisations and who does what in them."""

from datetime import date
from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PersonManager(UserManager):
    def system(self) -> Any:
        """The user in whose name automatic work acts; made on first use, never able to sign in."""
        user, created = self.get_or_create(username="system", defaults={"name": "系统"})
        if created:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        return user


class User(AbstractUser):
    """A person with an account of their own, or the system user."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=150)

    objects: PersonManager = PersonManager()  # type: ignore[misc]

    REQUIRED_FIELDS = ["name"]

    def get_full_name(self) -> str:
        return self.name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()

    def __str__(self) -> str:
        return self.get_full_name()


class Role(models.TextChoices):
    """What a person may be in an organisation."""

    LIAISON = "liaison", _("Liaison")
    HEAD = "head", _("Head of department")
    LEADER = "leader", _("Responsible leader")
    ASSISTANT = "assistant", _("Leader's assistant")
    CHAIR = "chair", _("Leading group")
    OFFICE = "office", _("Rectification office")
    AUDITOR = "auditor", _("Inspection auditor")
    SYSTEM_ADMIN = "system", _("System administrator")
    SECURITY_ADMIN = "security", _("Security administrator")
    AUDIT_ADMIN = "audit", _("Audit administrator")


BUSINESS_ROLES = (Role.LIAISON, Role.HEAD, Role.LEADER, Role.ASSISTANT, Role.CHAIR, Role.OFFICE, Role.AUDITOR)
ADMINISTRATOR_ROLES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
# The office and the auditors of a superior organisation read what its subordinates do; never the other way round.
SUPERIOR_ROLES = (Role.OFFICE, Role.AUDITOR)


class Readable(models.Expression):
    """The ids of the organisations whose business data a person may read on a day.

    Nearly every list is limited by it. It is written out by hand, since Django takes longer to put these queries
    together than the database takes to answer them.
    """

    output_field = models.BigIntegerField()

    def __init__(self, user_id: int, on: date) -> None:
        super().__init__()
        self.user_id, self.on = user_id, on

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        quoted = connection.ops.quote_name
        posts, organizations = (quoted(model._meta.db_table) for model in (RoleAssignment, Organization))
        in_force = (
            "a.user_id = %s AND (a.valid_from IS NULL OR a.valid_from <= %s)"
            " AND (a.valid_until IS NULL OR a.valid_until >= %s) AND a.role IN"
        )
        own, superior = (", ".join(f"'{role.value}'" for role in roles) for roles in (BUSINESS_ROLES, SUPERIOR_ROLES))
        # Not two conditions joined by 'or': PostgreSQL would try them on every row instead of starting from the few.
        sql = (
            f"(SELECT a.organization_id FROM {posts} a WHERE {in_force} ({own})"  # noqa: S608  only names stand in it
            f" UNION SELECT b.id FROM {organizations} b JOIN {posts} a ON a.organization_id = b.parent_id"
            f" WHERE {in_force} ({superior}))"
        )
        day = connection.ops.adapt_datefield_value(self.on)
        return sql, [self.user_id, day, day] * 2


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def readable_by(self, user: Any, on: date) -> "OrganizationQuerySet":
        """The organisations whose business data a person may read on a day."""
        return self.filter(pk__in=Readable(user.pk, on))


class Organization(models.Model):
    """A body that was inspected, or its superior."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    key = models.SlugField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=200)

    objects = OrganizationQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A department, office or affiliated unit of an organisation."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="departments")
    key = models.SlugField(_("key"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="department_key_unique")]

    def __str__(self) -> str:
        return self.name


class Leader(models.Model):
    """A post in the leadership that answers for sub-issues and measures; who holds it is a role assignment."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="leaders")
    key = models.SlugField(_("key"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["organization", "key"], name="leader_key_unique")]

    def __str__(self) -> str:
        return self.title


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def active(self, on: date) -> "RoleAssignmentQuerySet":
        """The assignments in force on a day."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on), Q(valid_until__isnull=True) | Q(valid_until__gte=on)
        )


class RoleAssignment(models.Model):
    """One role of one person, from and until a day (both inclusive). One person may hold several.

    With `acting_for` it is a substitution (授权代行): the holder signs in that person's place, for a time that ends.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=20, choices=Role.choices)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="assignments")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="assignments")
    leader = models.ForeignKey(Leader, models.PROTECT, null=True, blank=True, related_name="assignments")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    acting_for = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="department_roles_name_a_department",
                condition=~Q(role__in=["liaison", "head"]) | Q(department__isnull=False),
            ),
            models.CheckConstraint(
                name="leader_roles_name_a_leader",
                condition=~Q(role__in=["leader", "assistant"]) | Q(leader__isnull=False),
            ),
            models.CheckConstraint(
                name="substitutions_end",
                condition=Q(acting_for__isnull=True) | Q(valid_from__isnull=False, valid_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        place = self.department or self.leader or self.organization
        return f"{place} {self.get_role_display()}"
