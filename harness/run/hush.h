/*
 * hush.h - descriptors 1 and 2 lead nowhere for a while: when foreign code runs in this process,
 * what it prints must not get between what we print.
 */
#ifndef RUN_HUSH_H
#define RUN_HUSH_H

struct hush {
	int saved[2]; /* -1: it was not open, or could not be kept */
};

/* What was buffered is written first. Best effort: it cannot fail. */
void hush_begin(struct hush *hush);
void hush_end(struct hush *hush);

#endif
