/*
 * kills.h - how often a kill must come again before it counts against a target.
 *
 * SIGKILL that we did not send is what the kernel does when memory runs out and what people do with
 * processes; a target seldom does it to itself. When it does, it does so each time that its code
 * runs, so patience costs a few forks and misses nothing. When others do it, each time that a trial
 * is killed again is less likely, by the share of the time between two kills that it takes: with
 * kills so frequent that one run in five is hit, the third one in a row is no rarity in a long
 * campaign, the sixth is.
 */
#ifndef RUN_KILLS_H
#define RUN_KILLS_H

/* In a row, of the same trial, or while the same plug-in is loaded. */
enum { KILLS_BELIEVED = 6 };

#endif
