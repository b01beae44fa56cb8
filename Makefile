# make demo, make test: all that a fresh machine needs (Debian 12, Python 3.11, python3-venv, make).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := sample_archives/lanhe/岚河市交通运输局

.PHONY: demo test bench lint debian messages lock clean

$(VENV)/installed: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

demo: $(VENV)/installed
	-$(BIN)/zuozheng screen "$(DEMO)" --rubric yuxi-2024 --out demo

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/mypy

test: debian lint
	$(BIN)/python -m pytest -n auto --dist loadfile

bench: $(VENV)/installed
	$(BIN)/python -m tests.bench

# What the tests hold our readers and pages against: real programs of Debian's.
debian:
	sh tests/debian.sh

messages: $(VENV)/installed
	for language in zh en; do $(BIN)/pybabel -q compile -D zuozheng -d pipeline/language/catalogues -l $$language; done

lock: $(VENV)/installed
	$(BIN)/python -m piptools compile --quiet --generate-hashes --allow-unsafe --all-extras --strip-extras --no-emit-index-url --no-emit-find-links --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) demo build dist
