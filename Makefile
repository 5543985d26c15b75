# The commands of the README. Everything works on a fresh machine with Python 3.11 and, for tests, apt.
PY := .venv/bin/python
# style sheets and catalogues are built, not committed
BUILD = $(PY) scripts/bundle.py && $(PY) scripts/messages.py --compile
.PHONY: setup built dev demo test steady access schema hostile mutants lint format coverage bench lighthouse faults lock vendor vendor-check messages font system-packages node dist clean

.venv/ready: requirements.lock pyproject.toml
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BUILD)
	touch $@

# anew each time: a checkout that moves on leaves old ones behind
built: .venv/ready
	$(BUILD)

.venv/dev-ready: .venv/ready requirements-dev.lock
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	touch $@

# Formatters and types of the front end come from npm, pinned by package-lock.json; nothing of it at run time.
node:
	@if ! command -v npm >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null; fi

node_modules/.ready: package.json package-lock.json
	$(MAKE) --no-print-directory node
	npm ci --no-audit --no-fund --silent
	touch $@

setup: .venv/ready built

dev: .venv/dev-ready

demo: .venv/ready built
	.venv/bin/nuanyi demo

# A browser, Chinese fonts, LibreOffice and a C compiler are only needed by tests; nothing at run time.
system-packages:
	@if ! command -v chromium >/dev/null || ! command -v gcc >/dev/null || ! test -e /usr/sbin/pgbouncer || ! test -e /usr/sbin/sshd || ! test -e /usr/sbin/nginx || ! command -v caddy >/dev/null || ! command -v soffice >/dev/null || ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || ! test -e /usr/lib/libreoffice/program/libswlo.so || ! fc-list 2>/dev/null | grep -q "Noto Sans CJK"; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk libreoffice-calc libreoffice-writer pgbouncer postgresql openssh-server nginx-light caddy gcc libc6-dev >/dev/null; fi

# a browser or a program that ran out of time on a busy machine is tried once more, and shown as R; nothing else is
RAN_OUT = --only-rerun TimeoutError --only-rerun TimeoutExpired --only-rerun "^Error: (Page|Locator|Frame)\\." --only-rerun "Locator expected"
# rooms whose tests say at the end how far they go; a tracer makes half as much again of what these take
COVERED = journal,ledger,notices,people,places,siting,units,workflow
test: .venv/dev-ready built system-packages lint
	.venv/bin/pytest -n 2 --dist loadgroup --reruns 1 $(RAN_OUT) --covered $(COVERED)

# Three times in a row beside a busy loop on every core. ARGS names some of the tests.
steady: .venv/dev-ready built system-packages
	$(PY) scripts/steady.py $(ARGS)

# Every route with an object, every role, every method, every name of a value: some minutes.
access: .venv/dev-ready
	NUANYI_EXPLORE=1 .venv/bin/pytest -n 2 nuanyi/program/tests/test_answer_anothers_as_none.py nuanyi/front/tests/test_access_table.py nuanyi/front/tests/test_answer_odd_input.py

# The contract of the API with 50,000 made-up requests.
schema: .venv/dev-ready
	NUANYI_SCHEMA_CASES=10000 .venv/bin/pytest -n0 nuanyi/front/tests/test_keep_the_api_contract.py

# Each of the hostile files; a landing tries every third. Some minutes.
hostile: .venv/dev-ready
	NUANYI_HOSTILE=all .venv/bin/pytest -n0 nuanyi/lib/tests/test_refuse_hostile_files.py

# Small changes to what guards people: a test must fail for each (docs/attacks.md). ARGS names modules.
mutants: .venv/dev-ready
	$(PY) scripts/mutants.py $(ARGS)

lint: .venv/dev-ready node_modules/.ready
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/djangofmt --check --quiet nuanyi
	npx --no-install biome format
	npx --no-install biome lint --error-on-warnings
	npx --no-install tsc -p tsconfig.json
	npx --no-install tsc -p tsconfig.worker.json
	.venv/bin/mypy nuanyi
	.venv/bin/lint-imports
	$(PY) scripts/vendor.py --check

format: .venv/dev-ready node_modules/.ready
	.venv/bin/ruff format .
	.venv/bin/djangofmt nuanyi
	npx --no-install biome format --write

# Branches by room, the least covered first; slower than the tests alone. ROOM names one, which is measured by its own tests.
coverage: .venv/dev-ready built system-packages
	.venv/bin/pytest -n 2 --dist loadgroup --cov=nuanyi$(if $(ROOM),/$(ROOM)) --cov-branch --cov-report=json:build/coverage.json --cov-report= $(if $(ROOM),nuanyi/$(ROOM))
	$(PY) scripts/coverage_by_room.py build/coverage.json

bench: .venv/dev-ready
	$(PY) -m bench

bench/node_modules/.ready: bench/package.json bench/package-lock.json
	$(MAKE) --no-print-directory node
	cd bench && npm ci --no-audit --no-fund --silent
	touch $@

# What Lighthouse says of the rider's five main pages, and how soon the first is of use on a slow line. ADDRESS: a demo that is served.
ADDRESS ?= http://127.0.0.1:8000
lighthouse: .venv/dev-ready system-packages bench/node_modules/.ready
	$(PY) -m bench.phone $(ADDRESS)
	$(PY) -m bench.lighthouse $(ADDRESS)

# Everything that is promised of a write, tried by breaking things; about 20 minutes, a line of JSON each (docs/faults.md).
faults: .venv/dev-ready system-packages
	$(PY) -u -m faults

lock: .venv/dev-ready
	.venv/bin/pip install --quiet uv
	.venv/bin/uv pip compile -q --generate-hashes --no-emit-index-url --python-version 3.11 requirements.in -o requirements.lock
	.venv/bin/uv pip compile -q --generate-hashes --no-emit-index-url --python-version 3.11 requirements-dev.in -o requirements-dev.lock

vendor:
	python3 scripts/vendor.py

vendor-check:
	python3 scripts/vendor.py --check

messages: .venv/dev-ready
	$(PY) scripts/messages.py

font: .venv/dev-ready
	$(PY) scripts/font.py

# One wheel that carries everything: built style sheets and compiled catalogues too.
dist: .venv/ready
	$(BUILD)
	.venv/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean:
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache nuanyi/program/built
