// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The functions of pal.h by name, for the loader.
 */
#include "cbx_nt.h"

#define PAL_ENTRY_(ret, name, args) { #name, ARCH_PAL_ENTRY(name) },
static const struct {
	const char *name;
	void *function;
} functions[] = {
	PAL_FUNCTIONS(PAL_ENTRY_)
};
#undef PAL_ENTRY_

void *pal_function(const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(functions); i++)
		if (!strcmp(functions[i].name, name))
			return functions[i].function;
	return NULL;
}
