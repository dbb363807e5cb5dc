.DEFAULT_GOAL := help
.PHONY: help ready run test check style types floors house lock bench chaos screenshots clean

PYTHON := .venv/bin/python
ARGS ?=

help:
	@echo 'make run    set up, then run the example jobs (Ctrl-C ends)'
	@echo 'make test   every test, on SQLite and PostgreSQL (ARGS="-k name" for some)'
	@echo 'make check  style, types, floors and house rules, as in CI (make -k check shows all that is wrong)'
	@echo 'make bench  measurements beside others (ARGS=next_fire for one, ARGS=--compare with those recorded)'
	@echo 'make screenshots   pictures of every page of the dashboard (ARGS="jobs new" for some)'
	@echo 'make chaos  break everything at random and check every rule (ROTA_CHAOS_SECONDS=600, ROTA_CHAOS_SEED=1)'
	@echo 'make lock   write constraints.txt anew'
	@echo 'make clean  remove what was made here'

ready:
	@sh scripts/bootstrap dev

run:
	@sh scripts/bootstrap run
	@.venv/bin/rota init --yes
	@.venv/bin/rota serve -m examples.demo $(ARGS)

test: ready
	@$(PYTHON) -m pytest -n 4 --dist worksteal $(ARGS)

check: style types floors house

style: ready
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

types: ready
	@$(PYTHON) -m mypy

floors: ready
	@.venv/bin/lint-imports --no-logo

house: ready
	@$(PYTHON) scripts/house.py

bench: ready
	@$(PYTHON) -m bench $(ARGS)

screenshots: ready
	@$(PYTHON) scripts/screenshots.py $(ARGS)

chaos: ready
	@$(PYTHON) -m tests.chaos

lock: ready
	@sh scripts/lock

clean:
	rm -rf .venv .bench .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist htmlcov
