# `make help` lists the targets.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help

.PHONY: help
help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY)  ## Make .venv with everything in it, plugins/ on its path

$(READY): requirements.txt requirements-dev.txt constraints.txt
	@sh tools/make-venv.sh "$(PYTHON)" "$(VENV)"
	@touch $@

.PHONY: lock
lock:  ## Compile constraints.txt anew (needs uv)
	uv pip compile --quiet --universal --no-header --no-annotate --python-version 3.11 \
	    requirements-dev.txt --output-file constraints.txt
	sed -i '1i # The full lock for Python 3.11 to 3.13, made by `make lock` from requirements-dev.txt.' constraints.txt

.PHONY: demo
demo: $(READY)  ## Back up two schemas of the lab's database through a real Airflow
	@PYTHONPATH=include $(BIN)/python -m lab.demo

.PHONY: up
up: $(READY)  ## The same, and leave Airflow and the lab running until Ctrl-C
	@PYTHONPATH=include $(BIN)/python -m lab.demo --stay

.PHONY: test
test: $(READY) packages check unit dags integration e2e slow  ## Set up, check and test everything

.PHONY: quick
quick: $(READY) check unit dags  ## What needs no server: a few minutes

.PHONY: packages
packages: $(READY)  ## Install what the tests use beside Python, where that is allowed
	@sh tools/install-packages.sh

.PHONY: check
check: lint type fresh  ## Everything that runs no code

.PHONY: lint
lint: $(READY)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/codespell README.md ARCHITECTURE.md CONTRIBUTING.md CHANGELOG.md docs plugins dags include tools
	@$(BIN)/shellcheck tools/*.sh .ci/run
	@$(BIN)/shellcheck --shell=sh --exclude=SC1091,SC2034,SC2154,SC2329 plugins/oracle_backup/adapters/remote_job/*.sh
	@$(BIN)/python tools/packing_script.py | $(BIN)/shellcheck --shell=sh -
	@$(BIN)/hadolint Dockerfile
	@echo "lint: clean"

.PHONY: type
type: $(READY)
	@$(BIN)/mypy

.PHONY: fresh
fresh: $(READY)
	@$(BIN)/python -m oracle_backup.config.generate --check
	@$(BIN)/python tools/generate_reference.py --check

.PHONY: generate
generate: $(READY)  ## Write what is generated from the code: schema, example, references
	@$(BIN)/python -m oracle_backup.config.generate
	@$(BIN)/python tools/generate_reference.py

.PHONY: unit
unit: $(READY)  ## Unit tests, with every branch of domain/ and config/ covered
	@$(BIN)/python -m pytest tests/unit --numprocesses=auto --cov --cov-report=term-missing --quiet

.PHONY: dags
dags: $(READY)  ## Tests of the DAGs and of the plugin, in Airflow's own loaders
	@$(BIN)/python -m pytest tests/dags --quiet

.PHONY: integration
integration: $(READY)  ## Tests against real servers on loopback
	@$(BIN)/python -m pytest tests/integration --numprocesses=3 --quiet

.PHONY: e2e
e2e: $(READY)  ## Whole backups and restores in the lab
	@$(BIN)/python -m pytest tests/e2e --numprocesses=2 --dist=loadfile --quiet

.PHONY: slow
slow: $(READY)  ## What takes long: everything killed at every moment, ten thousand names
	@$(BIN)/python -m pytest tests --numprocesses=2 --dist=loadfile --quiet -m slow

.PHONY: bench
bench: $(READY)  ## Measure on this machine; asserts nothing
	@PYTHONPATH=include $(BIN)/python tools/bench

.PHONY: pictures
pictures: $(READY)  ## Pictures of the mails, desktop and phone, into .lab/pictures (needs Chromium)
	@$(BIN)/python tools/mail_pictures.py .lab/pictures

.PHONY: format
format: $(READY)  ## Put the code into its form
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

.PHONY: clean
clean:  ## Remove .venv, the lab's state and caches
	rm -rf .venv .lab .pytest_cache .ruff_cache .mypy_cache .hypothesis .coverage
