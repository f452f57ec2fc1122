# Every target stands alone: it makes .venv first when it has to. `make` or `make help` lists them.
#   PYTHON=python3.12       the interpreter a new .venv is made with (3.11 to 3.13)
#   TORCH_INDEX=URL         take torch from this package index, for a CPU or another CUDA build
#   ARGS='-k phantom'       passed on to pytest by `make test`, to the benchmarks by `make bench`
PYTHON ?= python3
JOBS ?= 2
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done
PEERS := $(VENV)/.peers-done
NOTEBOOKS = $(wildcard notebooks/[0-9]*.ipynb)
# The quick lessons are compared with their stored outputs in every test run, the others in `make notebooks`.
CHECKED_NOTEBOOKS = $(wildcard notebooks/00_*.ipynb notebooks/01_*.ipynb notebooks/02_*.ipynb)
# nbval: run every cell, compare only those marked nbval-check-output, with the kernel of .venv whatever is installed elsewhere.
NBVAL := --nbval-lax --nbval-current-env --nbval-cell-timeout=600
# A file stays on one worker: cells of a notebook need the ones before them.
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadfile
# A terminal sees pip's progress; a log only what goes wrong.
QUIET := $(shell test -t 2 || echo --quiet)
# A half-removed .venv falls back to the interpreter it was made from: pip must never install there.
INSTALL := $(BIN)/python -m pip --require-virtualenv install $(QUIET) -c constraints.txt
# Without build isolation the build backend is the pinned one too. Its hook stays out of the way: make builds the front end.
EDITABLE := SKIP_JUPYTER_BUILDER=1 $(INSTALL) --no-build-isolation -e
FRONT_END := $(addprefix atlas_lab/viewers/static/,engine.js loader.js viewer.js)
NODE_MODULES := widgets/node_modules/.package-lock.json
# Node comes with .venv, so that the machine needs none; so does npm's cache, which needs no home folder there. It trusts
# whom the system trusts, as pip does: behind a company's proxy its own list does not know the certificate.
NPM := NODE_USE_SYSTEM_CA=1 PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix widgets --cache $(VENV)/.npm

# setup's text is what it was made for; another checkout path or another TORCH_INDEX means a new .venv.
MADE_FOR := $(CURDIR) $(TORCH_INDEX)
MADE := $(shell cat $(STAMP) 2>/dev/null)
ifneq ($(MADE),)
ifneq ($(firstword $(MADE)),$(firstword $(MADE_FOR)))
REMAKE := the checkout has moved
else ifneq ($(TORCH_INDEX),)
ifneq ($(MADE),$(MADE_FOR))
REMAKE := torch is asked for from another index
endif
endif
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PRECIOUS: $(FRONT_END) # what was built stays when a mistake stops the next build
.PHONY: help setup demo test notebooks lab bench docs screenshot pictures widgets lint format pins clean remake

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

setup: $(STAMP) $(FRONT_END) ## make .venv with the pinned packages (the other targets do it themselves)

$(STAMP): pyproject.toml constraints.txt $(if $(REMAKE),remake)
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || { \
	  echo "atlas_lab needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is: $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Name another one: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make a virtual environment. On Debian or Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	$(if $(REMAKE),@echo "$(REMAKE): making $(VENV) anew"; rm -rf $(VENV))
	@$(BIN)/python -c 'import pip, sys; sys.exit(sys.prefix == sys.base_prefix)' 2>/dev/null || { echo "making $(VENV)"; $(PYTHON) -m venv --clear $(VENV); }
	@echo "installing the pinned packages into $(VENV): a few minutes the first time"
	$(INSTALL) pip
	$(INSTALL) hatchling hatch-jupyter-builder editables
	$(if $(TORCH_INDEX),$(INSTALL) --no-deps --index-url '$(TORCH_INDEX)' "$$(grep '^torch==' constraints.txt)")
	$(EDITABLE) '.[dicom,test,dev,docs]'
	@$(BIN)/python -c 'import torch; c = torch.version.cuda; print("torch", torch.__version__, f"(CUDA {c})" if c else "(CPU only)")'
	@echo "$(VENV) takes $$(du -sh $(VENV) | cut -f1)"
	@rm -f $(PEERS)
	@echo "$(MADE_FOR)" > $@

widgets: $(FRONT_END) ## build the front end from widgets/ (setup does it too)

# A pattern, because that is how every make knows that one recipe makes all three.
atlas_lab/viewers/%/engine.js atlas_lab/viewers/%/loader.js atlas_lab/viewers/%/viewer.js: $(NODE_MODULES) \
    $(shell find widgets/src -name "*.ts" -o -name "*.css") widgets/build.mjs widgets/package.json widgets/tsconfig.json
	$(NPM) run --silent build
	@touch $(FRONT_END)

$(NODE_MODULES): widgets/package-lock.json | $(STAMP)
	$(NPM) ci --silent
	@touch $@

demo: setup ## run the quick pipeline on the phantom atlas and say where its report is
	$(BIN)/atlas-lab pipeline quick -o runs/demo --resume

test: lint ## lint, then every test and the quick notebooks (at most 30 minutes on 2 cores)
	$(PYTEST) $(if $(CHECKED_NOTEBOOKS),$(NBVAL)) tests $(CHECKED_NOTEBOOKS) $(ARGS)

notebooks: setup ## run every notebook with its defaults and compare its stored outputs
	$(if $(NOTEBOOKS),,$(error no notebooks here))
	@for notebook in $(NOTEBOOKS); do \
	  echo "$(BIN)/atlas-lab run $$notebook"; $(BIN)/atlas-lab run "$$notebook" || exit 1; done
	$(PYTEST) $(NBVAL) $(NOTEBOOKS)

lab: setup ## open JupyterLab on a copy of the notebooks
	$(BIN)/atlas-lab lab

bench: $(PEERS) ## time everything beside its peers; writes benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks $(ARGS)

$(PEERS): $(STAMP)
	$(EDITABLE) '.[dicom,test,dev,docs,peers]'
	@touch $@

docs: setup ## build the reference site into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "open site/index.html"

screenshot: setup ## make the README's picture with a real JupyterLab and browser
	$(BIN)/python -m docs.screenshot

pictures: setup ## make the tables and pictures of the phantom's model card
	$(BIN)/python -m docs.phantom_tables
	$(BIN)/python -m docs.phantom_pictures

lint: setup ## format, style, types, layers, stripped notebooks, TypeScript
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NPM) run --silent check
	$(if $(NOTEBOOKS),$(BIN)/nbstripout --verify --keep-count --keep-id $(NOTEBOOKS))

format: setup ## format the code and strip the notebooks
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(NPM) run --silent format
	$(if $(NOTEBOOKS),$(BIN)/nbstripout --keep-count --keep-id $(NOTEBOOKS))

# A constraint acts only on what is asked for, so the pins need no markers: one version for every system and Python.
pins: setup ## resolve constraints.txt again (UPGRADE=1: with the newest versions)
	@cp constraints.txt constraints.tmp
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --fork-strategy fewest \
	  $(if $(UPGRADE),--upgrade) --no-header --no-annotate --quiet --output-file constraints.tmp
	@{ sed '/^[^#]/,$$d' constraints.txt; sed 's/ *;.*//' constraints.tmp; } > constraints.new
	@rm constraints.tmp && mv constraints.new constraints.txt

clean: ## remove .venv and every cache and build product (runs/ stays)
	rm -rf $(VENV) build dist site atlas_lab/viewers/static widgets/node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name node_modules -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
