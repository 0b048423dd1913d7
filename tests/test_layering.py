"""The rooms of the house keep their order: imports point down only, and issues know nothing of what answers them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
# From the top down. A room imports itself and those below it.
ROOMS = (
    "rectify",
    "rectify.demonstration",
    "rectify.documents",
    "rectify.dashboards",
    "rectify.dispatch",
    "measures",
    "issues",
    "rectify.organization",
    "rectify.web",
    "rectify.workflow",
)
# What stands beside a round and configures it or proves it, rather than being its business.
CONFIGURATION_AND_PROOF = {
    ("ClosureStep", "round"),  # the round's signing chain for measures
    ("DeadlineStep", "round"),  # and those for deadlines
    ("ClosingRules", "round"),
    ("WantedEvidence", "round"),
    ("ClosureSignature", "paper"),  # a scan may bear signatures under all of these
    ("ExtensionSignature", "paper"),
    ("LongTermSignature", "paper"),
    ("LookBack", "round"),  # the round from which a sample is drawn
    ("MeasureHistory", "sub_issue"),  # the chain in which a measure's rows stand
}


def sources() -> list[Path]:
    folders = [ROOT / "issues", ROOT / "measures", ROOT / "rectify"]
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def room_of(module: str) -> str | None:
    """The room in which a module of this project stands."""
    if module.split(".")[0] not in ("rectify", "issues", "measures"):
        return None
    fitting = [room for room in ROOMS if module == room or module.startswith(f"{room}.")]
    return max(fitting, key=len)


def module_of(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[tuple[str, ast.stmt]]:
    """Every module that a file imports from, by its full name."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            name = ".".join(filter(None, (base, node.module or "")))
            # `from rectify import web` imports the room below the package, not the package.
            yield from ((f"{name}.{alias.name}", node) for alias in node.names)


@pytest.mark.long
def test_imports_point_down_only() -> None:
    wrong = []
    for path in sources():
        own = room_of(module_of(path))
        for name, node in imports(path):
            room = room_of(name)
            if own and room and ROOMS.index(room) < ROOMS.index(own) and (room, own) != ("rectify", "rectify"):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} ({own}) imports {name} ({room})")
    assert wrong == []


@pytest.mark.long
def test_rooms_do_not_import_in_a_circle() -> None:
    graph: dict[str, set[str]] = {}
    known = {module_of(path) for path in sources()}
    for path in sources():
        own = graph.setdefault(module_of(path), set())
        for name, _node in imports(path):
            target = name if name in known else name.rpartition(".")[0]
            if target in known and target != module_of(path):
                own.add(target)
    settled: set[str] = set()

    def walk(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " -> ".join((*above, module))
        if module not in settled:
            for target in sorted(graph.get(module, ())):
                walk(target, (*above, module))
            settled.add(module)

    for module in sorted(graph):
        walk(module, ())


@pytest.mark.long
def test_no_import_stands_inside_a_function() -> None:
    wrong = []
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = [inner for inner in ast.walk(node) if isinstance(inner, ast.Import | ast.ImportFrom)]
                wrong += [f"{path.relative_to(ROOT)}:{inner.lineno}" for inner in inside]
    assert wrong == []


@pytest.mark.long
def test_there_are_no_signals() -> None:
    wrong = []
    for path in sources():
        for name, node in imports(path):
            if re.search(r"\bdispatch\b|signals?\b", name) and not name.startswith("rectify.dispatch"):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} imports {name}")
    # The standard library's own signals end a server; they carry no data.
    assert [line for line in wrong if not line.endswith("imports signal")] == []


def test_issues_never_say_measure() -> None:
    files = [path for path in (ROOT / "issues").rglob("*") if path.suffix in (".py", ".html", ".txt")]
    said = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if "measure" in line.lower()
    ]
    assert files and said == []


def test_nothing_of_issues_leads_to_a_measure_by_a_reverse_accessor() -> None:
    reverse = [
        f"{model.__name__}.{relation.get_accessor_name()}"
        for model in apps.get_app_config("issues").get_models()
        for relation in model._meta.related_objects
        if relation.related_model._meta.app_label == "measures" and relation.get_accessor_name()
    ]
    assert reverse == []


def test_one_foreign_key_leads_from_measures_to_issues() -> None:
    found = {
        (model.__name__, field.name)
        for model in apps.get_app_config("measures").get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.related_model._meta.app_label == "issues"
    }
    assert found - CONFIGURATION_AND_PROOF == {("Measure", "sub_issue")}


@pytest.mark.parametrize("app", ["organization", "issues", "measures"])
def test_what_history_needs_cannot_be_deleted_beside_it(app: str) -> None:
    loose = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not models.PROTECT
    ]
    assert loose == []


def test_the_clock_is_read_in_one_place() -> None:
    readers = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        if re.search(
            r"timezone\.(now\(|localdate\(\)|localtime\(\))|(datetime|date)\.(now|today|utcnow)\(|(?<!date)time\.time\(",
            text,
        ):
            readers.append(path.relative_to(ROOT).as_posix())
    assert readers == ["rectify/web/clock.py"]


def test_modules_stay_short() -> None:
    written = [path for path in sources() if "Generated by Django" not in path.read_text(encoding="utf-8")[:200]]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in written}
    assert [path.name for path, length in lengths.items() if length >= 400] == []
