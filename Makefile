# Needs make and Python 3.11 or newer with pip and venv. Nothing is installed outside .venv/.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
UV ?= uv

VENV := .venv
VENV_PYTHON := $(VENV)/bin/python

# Installs a lock file into .venv unless the stamp says that exactly this lock is there already. A .venv whose Python is
# gone, or is another version than $(PYTHON), cannot be repaired by pip, so it is made anew.
define install
@set -e; \
found=$$($(PYTHON) -c 'import sys; print(*sys.version_info[:3], sep="."); sys.exit(sys.version_info < (3, 11))' 2>&1) || { \
  echo "需要 Python 3.11 或更高版本 / Python 3.11 or newer is needed: '$(PYTHON)' gives '$$found'." >&2; \
  echo "可指定 / name another one: make run PYTHON=/path/to/python3.12" >&2; exit 1; }; \
key="$$found $$(cksum < $(1))"; \
[ "$$(cat $(VENV)/.$(1).installed 2>/dev/null)" != "$$key" ] || exit 0; \
have=$$($(VENV_PYTHON) -c 'import pip, sys; print(*sys.version_info[:3], sep=".")' 2>/dev/null) || have=; \
if [ "$$have" != "$$found" ]; then \
  $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
    echo "缺少 venv 模块 / Python's venv module is missing. Debian, Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
  echo "创建运行环境 / making $(VENV)/ ..."; $(PYTHON) -m venv --clear $(VENV); \
fi; \
echo "安装依赖 / installing $(1) ..."; \
$(VENV_PYTHON) -m pip install -qq --no-input --disable-pip-version-check --require-hashes -r $(1) || { \
  echo "依赖安装失败 / the packages of $(1) could not be installed: see above." >&2; exit 1; }; \
printf '%s\n' "$$key" > $(VENV)/.$(1).installed
endef

.PHONY: help run test soak bench lint lock clean environment test-environment

help:
	@echo "make run    启动系统 / serve at http://$(HOST):$(PORT)/ (HOST, PORT)"
	@echo "make test   运行测试 / run the tests (ARGS='-k word' goes to pytest)"
	@echo "make soak   长时测试 / the tests that take over 10 s (SOAK_SECONDS)"
	@echo "make bench  性能测量 / measure the speed (SIZE=full for 1,160,000 measures, ARGS)"
	@echo "make lint   代码检查 / ruff and mypy"
	@echo "make lock   锁定依赖 / write the lock files anew (needs uv; ARGS=--upgrade)"
	@echo "make clean  清理 / remove what was generated; data in var/ stays"

run: environment
	@exec $(VENV_PYTHON) manage.py start --host "$(HOST)" --port "$(PORT)"

test: test-environment
	@$(VENV_PYTHON) tests/run.py $(ARGS)

soak: test-environment
	@$(VENV_PYTHON) tests/run.py --soak $(ARGS)

bench: environment
	@$(VENV_PYTHON) manage.py bench $(ARGS)

# mypy's Django plugin imports the settings, which without a key in the environment would write one to var/.
lint: test-environment
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m ruff format --check .
	SECRET_KEY=lint $(VENV_PYTHON) -m mypy

# The development lock is made under the run lock, so that tests see the versions that are served.
lock:
	@command -v $(UV) >/dev/null || { echo "uv is needed to write the lock files: $(PYTHON) -m pip install uv" >&2; exit 1; }
	$(UV) pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  --quiet --output-file requirements.txt $(ARGS)
	$(UV) pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
	  --constraint requirements.txt --quiet --output-file requirements-dev.txt $(ARGS)

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis var/static var/static.stamp
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find rectify/locale -name '*.mo' -delete 2>/dev/null || true

environment:
	$(call install,requirements.txt)

test-environment:
	$(call install,requirements-dev.txt)
