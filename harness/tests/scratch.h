/*
 * scratch.h - a folder of its own for a test, removed with all it holds when the test ends.
 */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct scratch {
	char root[64];
	char path[PATH_MAX];
};

static inline int scratch_init(struct scratch *scratch)
{
	strcpy(scratch->root, "/tmp/droptest-test-XXXXXX");
	return mkdtemp(scratch->root) ? 0 : -1;
}

/* The path of a file in there; valid until the next call. */
static inline const char *scratch_path(struct scratch *scratch, const char *name)
{
	snprintf(scratch->path, sizeof(scratch->path), "%s/%s", scratch->root, name);
	return scratch->path;
}

/* The bytes of a file in there, NUL-terminated, owned by the caller. Aborts without. */
static inline char *scratch_load(struct scratch *scratch, const char *name, size_t *ret_size)
{
	FILE *file = fopen(scratch_path(scratch, name), "rb");
	size_t size = 0, room = 1 << 16, n;
	char *text = malloc(room + 1);

	if (!file || !text)
		abort();
	while ((n = fread(text + size, 1, room - size, file)) > 0) {
		size += n;
		if (size == room && !(text = realloc(text, (room *= 2) + 1)))
			abort();
	}
	fclose(file);
	text[size] = '\0';
	*ret_size = size;
	return text;
}

static inline int scratch_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void scratch_finish(struct scratch *scratch)
{
	nftw(scratch->root, scratch_remove, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
