# Everything from python3, make and the package registries alone: `make run` and `make test` set up what they need.
.PHONY: install run test coverage check bench fault hostile fuzz lock clean

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
LOCK := requirements/dev.lock

# uv itself is locked too; a machine that has one uses ours all the same, so that everybody builds alike.
$(BIN)/uv: requirements/bootstrap.lock
	@scripts/make_venv.sh $(PYTHON) $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@touch $@

$(VENV)/.installed: $(BIN)/uv $(LOCK) pyproject.toml
	@echo "installing into $(VENV) …"
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip sync --quiet --require-hashes $(LOCK)
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

install: $(VENV)/.installed

# The demo of the main job. ONCE=1: exit at the end. PHOTOS=folder: your own pictures.
run: install
	@ONCE="$(ONCE)" PHOTOS="$(PHOTOS)" $(BIN)/python -m examples.demo

test: install
	@scripts/get_chromium.sh
	@scripts/get_mariadb.sh
	@scripts/get_nginx.sh
	@scripts/get_deploy_tools.sh
	@scripts/get_promtool.sh
	@scripts/run_tests.sh $(BIN)/python $(ARGS)

# Every line and branch of the rules is reached by unit and integration tests.
coverage: install
	@$(BIN)/python -m pytest tests/unit tests/integration --cov --cov-report= --cov-report=json:.coverage.json
	@$(BIN)/python scripts/coverage_floor.py

check: install
	@$(BIN)/ruff format --check --quiet . || { echo "run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# Every figure beside its peers, about a quarter of an hour. PHOTOS=folder: of your pictures. REPORT=page: into it.
bench: install
	@scripts/get_wrk.sh
	@$(BIN)/python -m pytest tests/integration/test_bench*.py
	@$(BIN)/python -m bench $(if $(REPORT),--report $(REPORT))

# Everything goes wrong, for some minutes, and a scorecard says what came of it. QUICK=1: fewer random kills.
# REPORT=page: into it.
fault: install
	@scripts/get_mariadb.sh
	@$(BIN)/python -m tests.faults $(if $(QUICK),--quick) $(if $(REPORT),--report $(REPORT))

# Some thousand files made worse, through a worker's children. PHOTOS=folder: yours too. NUMBER=, SEED=: how many, which.
hostile: install
	@$(BIN)/python -m tests.hostile $(PHOTOS) $(if $(NUMBER),--number $(NUMBER)) $(if $(SEED),--seed $(SEED))

# A hundred thousand requests made up, and every answer checked. NUMBER=, SEED=: how many, which.
fuzz: install
	@scripts/get_mariadb.sh
	@$(BIN)/python -m tests.fuzz $(if $(NUMBER),--number $(NUMBER)) $(if $(SEED),--seed $(SEED))

lock: $(BIN)/uv
	@scripts/lock.sh $(BIN)/uv

clean:
	rm -rf $(VENV) .demo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage*
