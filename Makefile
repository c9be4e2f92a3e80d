# `make help` lists the targets.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help

.PHONY: help
help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

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
