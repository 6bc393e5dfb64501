# The two commands of the README, and the steps they share. `make help` lists them.

# Seconds for each of the fuzzer's targets.
SECONDS ?= 60
# Lives of the service to simulate, and the first.
SEEDS ?= 5000
FIRST_SEED ?= 1
# Times that the service is killed under traffic.
KILLS ?= 200

.PHONY: help setup build run test fuzz soak soak-kill deb loadtest lint clean

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: ## install what is missing (Debian packages, a Python environment for the tests)
	@scripts/setup build

build: setup ## build everything, debug
	@swift build

run: build ## start the service with the demonstration website, inbox and receiver (OPTIONS="--port 9000")
	@exec $$(swift build --show-bin-path)/vendange demo $(OPTIONS)

test: ## set up, then every test, fast ones first
	@scripts/test

deb: setup ## a Debian package in .build/deb, with Swift's runtime linked in, and tried (ten minutes)
	@scripts/setup package
	@swift build -c release --static-swift-stdlib --product vendange
	@packaging/test "$$(swift build -c release --show-bin-path)/vendange"
	@packaging/build "$$(swift build -c release --show-bin-path)/vendange" .build/deb

soak: ## simulate SEEDS lives of the service from FIRST_SEED on
	@VENDANGE_SEEDS=$(SEEDS) VENDANGE_FIRST_SEED=$(FIRST_SEED) swift test --filter PromiseTests

soak-kill: build ## kill the service under traffic, KILLS=200 times, and look each time whether anything is missing
	@scripts/setup test
	@VENDANGE_KILL_ROUNDS=$(KILLS) .venv/bin/python -m pytest -q Tests/EndToEnd/test_kill.py

fuzz: ## fuzz every reader of outside bytes, SECONDS=60 for each
	@scripts/fuzz run $(SECONDS)

loadtest: setup ## measure everything and write docs/performance.md (loadtests/README.md)
	@scripts/setup load
	@loadtests/run

lint: ## check the format
	@swift format lint --strict --recursive Package.swift Sources Tests loadtests

clean: ## remove build products (never ./data)
	@rm -rf .build .venv
