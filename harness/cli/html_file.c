/*
 * html_file.c - a new file takes the place of the old one; a device or a FIFO keeps its place.
 */
#include "cli/html_file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/message.h"
#include "html/report.h"

struct place {
	char *path;  /* where links lead */
	char *fresh; /* beside it; NULL: written in place */
};

static void place_finish(struct place *place)
{
	free(place->path);
	free(place->fresh);
}

static int place_init(struct place *place, const char *path)
{
	char real[PATH_MAX];
	struct stat info;
	bool there = realpath(path, real);

	*place = (struct place){ .path = strdup(there ? real : path) };
	if (there && !stat(real, &info) && !S_ISREG(info.st_mode))
		return S_ISDIR(info.st_mode) ? -EISDIR : 0;
	if (!place->path || asprintf(&place->fresh, "%s.new", place->path) < 0) {
		place->fresh = NULL;
		return -ENOMEM;
	}
	return 0;
}

static bool told(const char *path, int error)
{
	if (error)
		complain("cannot write '%s': %s", path, strerror(-error));
	return !error;
}

bool html_file_check(const char *path)
{
	struct place place;
	int error = place_init(&place, path);
	FILE *out;

	if (!error && place.fresh) {
		out = fopen(place.fresh, "we");
		error = out ? 0 : -errno;
		if (out) {
			fclose(out);
			unlink(place.fresh);
		}
	} else if (!error && access(place.path, W_OK)) {
		error = -errno;
	}
	place_finish(&place);
	return told(path, error);
}

bool html_file_write(const struct results *results, const char *path)
{
	struct place place;
	int error = place_init(&place, path);
	FILE *out = NULL;

	if (!error) {
		out = fopen(place.fresh ? place.fresh : place.path, "we");
		error = out ? report_html(results, out) : -errno;
	}
	if (out && fclose(out) && !error)
		error = -errno;
	if (!error && place.fresh && rename(place.fresh, place.path))
		error = -errno;
	if (error && out && place.fresh)
		unlink(place.fresh);
	place_finish(&place);
	return told(path, error);
}
