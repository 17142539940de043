# SPDX-License-Identifier: GPL-2.0-or-later
#
# A thin front door: configure decides, ninja builds. `make help` lists what
# there is.

BUILD ?= build

MAKEFLAGS += --no-print-directory
ninja = ninja --quiet -C $(BUILD)

.PHONY: all run check bench lint package clean distclean help \
	qemu host drivers module guest qtests check-qemu-versions \
	check-sanitizers

all: qemu guest

help:
	@echo 'make run      boot each guest, run every call, print the verdict: x86-64,'
	@echo '              arm64 with coherent and with non-coherent DMA; or only one'
	@echo '              (ARCH=x86_64|aarch64, IOMMU=vtd|smmuv3|none, CCA=0|1);'
	@echo '              ARGS=... are options of cbx run'
	@echo 'make check    all tests (ONLY=NAME for one suite)'
	@echo 'make bench    speed against memcpy, nvme and edu; cost of the model of the'
	@echo '              caches (docs/bench.md)'
	@echo 'make lint     style of device code and scripts'
	@echo 'make package  drivers with INF and catalog, test-signed'
	@echo '              (REMAPPING=opt-in|opt-out|absent|external)'
	@echo 'make all      build without running'
	@echo 'make check-qemu-versions   build and test against each known QEMU'
	@echo 'make check-sanitizers      qtests and unit tests with ASan and UBSan'
	@echo 'make clean    remove what was built; distclean: build/ as a whole'
	@echo './configure --help lists the options of the build'

ifeq ($(filter help clean distclean,$(MAKECMDGOALS)),)
include $(BUILD)/config.mk
endif

$(BUILD)/config.mk: configure scripts/debian.sh scripts/guest-kernel.sh \
		scripts/qemu-overlay.sh $(wildcard hw/patches/*.patch)
	./configure --install-deps --build-dir=$(BUILD)

export CCACHE_BASEDIR
export CCACHE_NOHASHDIR = 1

qemu:
	+@$(ninja)/qemu qemu-system-x86_64 qemu-system-aarch64

host:
	+@$(ninja)/host

drivers:
	+@$(ninja)/pe-x86_64
	+@$(ninja)/pe-x86
	+@$(ninja)/pe-aarch64

# The stand-in's Linux modules; kbuild knows what is out of date.
module:
	+@$(MAKE) -f nt/pal/build.mk BUILD=$(BUILD) ARCH=x86_64 \
		GUEST_HEADERS=$(GUEST_HEADERS)
	+@$(MAKE) -f nt/pal/build.mk BUILD=$(BUILD) ARCH=aarch64 \
		GUEST_HEADERS=$(GUEST_HEADERS_AARCH64)

guest: host drivers module
	@scripts/make-initrd.sh $(BUILD) x86_64
	@scripts/make-initrd.sh $(BUILD) aarch64

qtests: qemu
	+@$(ninja)/qemu tests/qtest/qos-test

run: all
ifeq ($(ARCH)$(IOMMU)$(CCA),)
	@scripts/run-each $(ARGS)
else
	./cbx run $(ARCH:%=--arch %) $(IOMMU:%=--iommu %) $(CCA:%=--cca %) $(ARGS)
endif

check: all qtests
	tests/run-checks $(if $(ONLY),--only $(ONLY))

bench: qtests host
	scripts/bench $(abspath $(BUILD))

package: drivers
	@scripts/make-package $(BUILD) $(REMAPPING:%=--remapping %)

lint: $(BUILD)/config.mk
	scripts/lint $(BUILD)

check-qemu-versions:
	scripts/check-qemu-versions

check-sanitizers:
	scripts/check-sanitizers $(BUILD)/sanitizers

clean:
	rm -rf $(BUILD)/host $(BUILD)/pe-* $(BUILD)/guest $(BUILD)/module-* \
		$(BUILD)/package $(BUILD)/qemu $(BUILD)/config.mk

distclean:
	rm -rf $(BUILD)
