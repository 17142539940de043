# SPDX-License-Identifier: GPL-2.0-or-later
#
# make -f nt/pal/build.mk BUILD=DIR ARCH=x86_64|aarch64 GUEST_HEADERS=DIR:
# cbx_nt.ko in $(BUILD)/module-$(ARCH), built against the kernel headers in
# GUEST_HEADERS. Kbuild writes next to its sources, so it is given a tree of
# links.

ifeq ($(GUEST_HEADERS),)
$(error GUEST_HEADERS= must name the kernel's headers, as for make -C)
endif

# Linux calls the processors otherwise.
processor_x86_64 := x86_64
processor_aarch64 := arm64
prefix_aarch64 := CROSS_COMPILE=aarch64-linux-gnu-

source := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
processor := $(processor_$(ARCH))
module := $(abspath $(BUILD))/module-$(ARCH)
files := $(notdir $(wildcard $(source)/*.[chS] $(source)/$(processor)/*.[chS])) \
	 Kbuild

all: $(addprefix $(module)/,$(files))
	+@$(MAKE) -C $(GUEST_HEADERS) M=$(module) W=1 --no-print-directory \
		ARCH=$(processor) $(prefix_$(ARCH)) \
		CBX_INCLUDE="$(source)/include $(abspath $(source)/../../include)" \
		modules

$(module)/%: $(source)/% | $(module)
	@ln -sf $< $@

$(module)/%: $(source)/$(processor)/% | $(module)
	@ln -sf $< $@

$(module):
	@mkdir -p $@

.PHONY: all
