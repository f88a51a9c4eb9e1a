# Gatehouse. `make demo` shows it at work, `make test` tests it; both install what they miss.
SEEDS ?= 100
SECONDS ?= 96
PREFIX ?= /usr
DESTDIR ?=
PROGRAMS = gatehoused gatehouse-uplink gatehousectl gatehouse-witness gatehouse-console gatehouse-sim

BENCH_ROWS ?= 10000000

.PHONY: bench-large bench-lines help demo demo-shot test test-sim test-fuzz test-lines test-page test-tsan mutants soak bench lint release install clean

help:
	@echo "make demo        a gate without a gate: emulated hardware, a real database"
	@echo "make demo-shot   pictures of its page, in .build/shots"
	@echo "make test        all tests, and $(SEEDS) simulated days"
	@echo "make test-lines  real kernel GPIO lines in a small guest kernel"
	@echo "make test-page   the page in Debian's Chromium"
	@echo "make test-fuzz   every parser under libFuzzer, SECONDS=$(SECONDS) in all"
	@echo "make test-tsan   what is concurrent, under the thread sanitizer"
	@echo "make mutants     small changes in the sources, each of which a test has to notice"
	@echo "make soak        four simulated years"
	@echo "make bench       figures, as ratios within one run"
	@echo "make bench-large the log of $(BENCH_ROWS) entries beside a program of C"
	@echo "make bench-lines last bit to relay on kernel lines, beside a bare echo and a bare commit"
	@echo "make lint        format, scripts, words that must not stand in the tree"
	@echo "make release     stripped static programs in out/"
	@echo "make install     DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)"

demo:
	scripts/install-packages build test
	swift build
	scripts/demo

demo-shot:
	scripts/install-packages build test page
	swift build
	Tests/Page/test-page --self >/dev/null
	DEMO_SHOTS=$(CURDIR)/.build/shots scripts/demo

test:
	scripts/install-packages build test
	swift build --build-tests
	$(MAKE) --no-print-directory test-sim
	Tests/Peers/test-osdp .build/debug
	Tests/Peers/test-osdp-bus .build/debug
	Tests/Peers/test-uplink .build/debug
	Tests/Peers/test-cameras .build/debug
	Tests/Peers/test-passes .build/debug
	Tests/Peers/test-sheets .build/debug
	Tests/Peers/test-evidence .build/debug
	Tests/Peers/test-witness .build/debug
	Tests/Peers/test-case .build/debug
	Tests/Peers/test-accounts .build/debug
	Tests/Checks/test-checks .build/debug
	swift test --skip-build

test-sim:
	swift build --product gatehouse-sim
	half=$$(( ($(SEEDS) + 1) / 2 )); \
	.build/debug/gatehouse-sim run --seed $$((half + 1)) --seeds $$(($(SEEDS) - half)) & other=$$!; \
	.build/debug/gatehouse-sim run --seeds $$half && wait $$other

test-fuzz:
	scripts/install-packages build test
	GATEHOUSE_FUZZ=1 swift build -c release --scratch-path .build-fuzz --product gatehouse-fuzz
	Tests/Fuzz/test-fuzz .build-fuzz/release/gatehouse-fuzz $(SECONDS)

test-lines:
	scripts/install-packages build test lines
	swift build --build-tests
	Tests/Rig/test-lines .build/debug/gatehousePackageTests.xctest
	Tests/Rig/test-daemon .build/debug
	Tests/Rig/test-units .build/debug
	Tests/Rig/test-storm .build/debug
	Tests/Rig/test-walk .build/debug

test-page:
	scripts/install-packages build test page
	swift build
	Tests/Page/test-page .build/debug

test-tsan:
	scripts/install-packages build test
	swift test --sanitize=thread --scratch-path .build-tsan --filter 'GatehouseThreadsTests|GatehouseDevicesTests|GatehouseUplinkTests|GatehouseWitnessTests|LineServerTests|RefusalBookTests|SideThreadTests|HandoverTests|RegistryRowTests'

mutants:
	scripts/install-packages build test
	scripts/mutants

soak:
	swift build -c release --static-swift-stdlib --product gatehouse-sim
	.build/release/gatehouse-sim run --seeds 4 --days 365

bench:
	scripts/install-packages build
	swift build -c release --static-swift-stdlib --product gatehouse-sim
	swift build -c release --static-swift-stdlib --product gatehoused
	cc -O1 -shared -fPIC -o .build/slow-sync.so Benchmarks/slow-sync.c -ldl
	cc -O2 -o .build/join Benchmarks/join.c -lsqlite3
	.build/release/gatehouse-sim bench --slow-sync $(CURDIR)/.build/slow-sync.so --join $(CURDIR)/.build/join

# Never in CI: ten million entries are half an hour and 6 GB.
bench-large:
	scripts/install-packages build
	swift build -c release --static-swift-stdlib --product gatehouse-sim
	cc -O2 -o .build/rows Benchmarks/rows.c -lsqlite3 -lcrypto
	.build/release/gatehouse-sim bench-large --rows $(BENCH_ROWS) --program $(CURDIR)/.build/rows

bench-lines:
	scripts/install-packages build test lines
	swift build -c release --static-swift-stdlib
	FRAMES=300 Tests/Rig/test-daemon .build/release

lint:
	swift format lint --strict -r Sources Tests Package.swift
	scripts/check-tree

release:
	scripts/install-packages build
	swift build -c release --static-swift-stdlib
	mkdir -p out
	for program in $(PROGRAMS); do strip -o out/$$program .build/release/$$program || exit 1; done
	@size=$$(stat -c %s out/gatehoused); echo "gatehoused: $$size bytes"; test $$size -lt 25000000

install: release
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d \
	    $(DESTDIR)$(PREFIX)/lib/tmpfiles.d $(DESTDIR)$(PREFIX)/lib/udev/rules.d $(DESTDIR)/etc/gatehouse \
	    $(addprefix $(DESTDIR)$(PREFIX)/share/,gatehouse bash-completion/completions zsh/vendor-completions fish/vendor_completions.d man/man1)
	install -d -m 700 $(addprefix $(DESTDIR)/etc/,gatehouse-witness gatehouse-console) $(addprefix $(DESTDIR)/etc/gatehouse/,credentials reader-keys uplink-secrets)
	install -m 755 $(addprefix out/,$(PROGRAMS)) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(addprefix systemd/,gatehoused.service gatehouse-uplink.service gatehouse-console.service gatehouse-witness.service) $(DESTDIR)$(PREFIX)/lib/systemd/system
	install -m 644 systemd/gatehouse.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/gatehouse.conf
	install -m 644 systemd/gatehouse.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/gatehouse.conf
	install -m 644 systemd/60-gatehouse.rules $(DESTDIR)$(PREFIX)/lib/udev/rules.d/60-gatehouse.rules
	install -m 644 config/gatehouse.yaml $(DESTDIR)/etc/gatehouse/gatehouse.yaml.example
	install -m 644 $(addprefix config/,nginx.conf prometheus-gatehouse.rules.yml grafana-gatehouse.json) $(DESTDIR)$(PREFIX)/share/gatehouse
	out/gatehousectl --generate-completion-script bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/gatehousectl
	out/gatehousectl --generate-completion-script zsh >$(DESTDIR)$(PREFIX)/share/zsh/vendor-completions/_gatehousectl
	out/gatehousectl --generate-completion-script fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/gatehousectl.fish
	scripts/manual out/gatehousectl $(DESTDIR)$(PREFIX)/share/man/man1

clean:
	rm -rf .build .build-* out
