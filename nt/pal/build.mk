# SPDX-License-Identifier: GPL-2.0-or-later
#
# make -f nt/pal/build.mk BUILD=DIR GUEST_HEADERS=DIR: cbx_nt.ko in
# $(BUILD)/module, built against the kernel headers in GUEST_HEADERS. Kbuild
# writes next to its sources, so it is given a tree of links.

ifeq ($(GUEST_HEADERS),)
$(error GUEST_HEADERS= must name the kernel's headers, as for make -C)
endif

source := $(abspath $(dir $(lastword $(MAKEFILE_LIST))))
module := $(abspath $(BUILD))/module
files := $(notdir $(wildcard $(source)/*.[chS])) Kbuild

all: $(addprefix $(module)/,$(files))
	+@$(MAKE) -C $(GUEST_HEADERS) M=$(module) W=1 --no-print-directory \
		CBX_INCLUDE="$(source)/include $(abspath $(source)/../../include)" \
		modules

$(module)/%: $(source)/% | $(module)
	@ln -sf $< $@

$(module):
	@mkdir -p $@

.PHONY: all
