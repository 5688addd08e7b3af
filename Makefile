PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: help demo test coverage conformance snapshots check fix docs bench lock clean

help: ## Show this list.
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 13

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing (about a minute the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## The main job, on a real video with real speech and on both vendors' sandbox.
	@$(BIN)/media-tracks demo

test: $(STAMP) ## All tests.
	@$(BIN)/python -m pytest -n 4 --dist worksteal

coverage: $(STAMP) ## All tests with branch coverage, also of the processes they start.
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m coverage run -m pytest -n 4 --dist worksteal
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report

conformance: $(STAMP) ## The official MCP suite, Inspector and the TypeScript client, on our server.
	@PYTHONPATH=tests $(BIN)/python -m conformance.run

snapshots: $(STAMP) ## Write the golden definitions of tools, prompts and resources anew.
	@$(BIN)/python tests/snapshots/definitions.py

check: $(STAMP) ## Lint, types, architecture, docs in step with the code.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python tests/check_repository.py

fix: $(STAMP) ## Let ruff mend what it can.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(STAMP) ## Write the README's generated tables anew.
	$(BIN)/python tests/check_repository.py --write

bench: $(STAMP) ## The benchmarks, each printing its ratio.
	$(BIN)/python benchmarks/run.py

lock: $(STAMP) ## Renew requirements.lock: universal, with hashes, naming no host.
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --no-annotate --extra local --group dev pyproject.toml -o requirements.lock

clean: ## Remove what the other commands made.
	rm -rf .venv tests/conformance/node_modules .coverage* .pytest_cache .ruff_cache media-tracks-demo
