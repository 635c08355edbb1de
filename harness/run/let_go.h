/*
 * let_go.h - in a fork of somebody's program: gives up what is the program's, so that nothing that
 * happens here can be noticed there.
 */
#ifndef RUN_LET_GO_H
#define RUN_LET_GO_H

/*
 * Signals have no handlers and are not blocked; the process leads a group of its own, and dies with
 * its parent. 0 or -errno; -ESRCH when the parent is gone.
 */
int let_go_of_parent(int parent);

/*
 * Descriptors lead to /dev/null, but for *fd, which gets a new number: *ret_held, or above. Below
 * *ret_held every number stays taken. Buffers of streams are emptied into nowhere. 0 or -errno.
 */
int let_go_of_descriptors(int *fd, unsigned *ret_held);

#endif
