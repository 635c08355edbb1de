/*
 * hush.c - see hush.h. The C library's buffers are emptied at both ends: they are shared.
 */
#include "run/hush.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void hush_begin(struct hush *hush)
{
	int null;

	fflush(NULL);
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	for (int i = 0; i < 2; i++) {
		int fd = STDOUT_FILENO + i;

		hush->saved[i] = null < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
		if (hush->saved[i] >= 0)
			dup2(null, fd);
	}
	if (null >= 0)
		close(null);
}

void hush_end(struct hush *hush)
{
	fflush(NULL);
	for (int i = 0; i < 2; i++) {
		if (hush->saved[i] < 0)
			continue;
		dup2(hush->saved[i], STDOUT_FILENO + i);
		close(hush->saved[i]);
	}
}
