/*
 * check_answer.h - a result of dt_check on its way from the child that found it to the program that
 * asked: through a pipe that targets cannot reach, as numbers, lengths and text.
 */
#ifndef RUN_CHECK_ANSWER_H
#define RUN_CHECK_ANSWER_H

#include <droptest/check.h>
#include <sys/types.h>

/* All strings "", the verdict DT_ERROR until somebody knows better. */
void check_answer_init(struct dt_check_result *ret_result);

/* Frees the strings, which are "" then. */
void check_answer_release(struct dt_check_result *result);

/* The child's side. 0 or -errno. */
int check_answer_send(int fd, const struct dt_check_result *result);

/* The program's end of the pipe, and how long it is worth while to listen. */
struct answer_line {
	int fd;
	int pidfd; /* of the child; -1: wait for everybody who has the other end */
	pid_t child;
	uint64_t deadline_ns; /* on the clock; UINT64_MAX: none */
};

/*
 * The program's side: waits for an answer, or for the end of the child. The strings are in one
 * block, result->owned. 0; -EPIPE when it ended without an answer; -ETIMEDOUT; -ENOMEM; -errno.
 */
int check_answer_receive(const struct answer_line *line, struct dt_check_result *ret_result);

/* One byte each way to tell a place that was passed. 0 or as above. */
int check_answer_mark(int fd);
int check_answer_await_mark(const struct answer_line *line);

#endif
