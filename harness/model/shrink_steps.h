/*
 * shrink_steps.h - what shrink.c and shrink_steps.c share. Everybody else uses shrink.h.
 */
#ifndef MODEL_SHRINK_STEPS_H
#define MODEL_SHRINK_STEPS_H

#include "model/shrink.h"

/* Sets one number of a plan; `which` is the cancellation, where there are several. */
typedef void (*shrink_setter)(struct plan *plan, unsigned which, uint64_t value);

/* Does the candidate show the damage? Then it is the plan from now on. */
bool shrink_take(struct shrink *shrink, const struct plan *candidate);

/* Makes a number as small as it can be: `least` at once, else by halves. True when it is smaller
 * than before; one less has then been tried in vain. */
bool shrink_lower(struct shrink *shrink, uint64_t now, uint64_t least, shrink_setter set,
		  unsigned which);

/* Is the candidate preserved? Then it is the nearest. True when there is a nearest now. */
bool shrink_near(struct shrink *shrink, const struct plan *candidate);

/* Once, at the beginning: leaves out what did not land, and says where the rest acted. */
void shrink_to_landed(struct shrink *shrink);

/* The parts of a round: true when the plan changed. */
bool shrink_cancellations(struct shrink *shrink);
bool shrink_calls(struct shrink *shrink); /* or units: all of one size, and small */
bool shrink_peer(struct shrink *shrink);  /* fewer and larger deliveries, a shorter stream */
bool shrink_kinds(struct shrink *shrink);

/* Looks for the nearest preserved plan: the same one moved by one, or one cancellation fewer. */
void shrink_nearest(struct shrink *shrink);

#endif
