/*
 * fuzz_plan.c - no line makes the reader of plans fail, and every plan that it accepts can be
 * written, and then reads back as the same plan.
 */
#include <stdlib.h>
#include <string.h>

#include "model/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth)
{
	if (!truth)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = malloc(size + 1); /* of its exact size, so that ASan sees a read beyond it */
	char text[PLAN_TEXT_MAX], again[PLAN_TEXT_MAX], message[120] = "";
	static struct plan plan, read;

	demand(line);
	memcpy(line, data, size);
	line[size] = 0;
	if (plan_parse(line, &plan, message, sizeof(message))) {
		demand(!strncmp(message, "column ", 7));
	} else {
		demand(!plan_problem(&plan));
		demand(plan_format(&plan, text, sizeof(text)) > 0);
		demand(!plan_parse(text, &read, message, sizeof(message)));
		demand(plan_format(&read, again, sizeof(again)) > 0);
		demand(!strcmp(text, again));
	}
	free(line);
	return 0;
}
