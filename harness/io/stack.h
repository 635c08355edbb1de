/*
 * stack.h - stacks for raw attempts: mapped, guarded, kept until the kernel is done with them.
 *
 * A dropped attempt leaves operations in flight that may write into its stack. So each attempt
 * runs on a stack of its own; one that the kernel may still write to is not used again, and a
 * write into it is told apart from a write into live memory.
 */
#ifndef IO_STACK_H
#define IO_STACK_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>

enum { STACKS_MAX = 64, STACK_SIZE = 256 * 1024 };

struct stack {
	unsigned char *memory; /* STACK_SIZE bytes above a guard page; NULL: not mapped */
	unsigned pinned;       /* operations in flight that write into it */
	bool started;	       /* its loop runs and waits at `in` */
	bool running;
	bool lost; /* a target was left on it */
	jmp_buf in;
};

struct stacks {
	struct stack stack[STACKS_MAX];
	unsigned mapped; /* the first so many have memory */
	struct stack *current; /* the attempt's; NULL outside */
	jmp_buf out;
	void (*job)(void *context);
	void *context;
};

/* Runs job(context) on a free stack; returns when it has returned. 0, or -ENOMEM. */
int stacks_run(struct stacks *stacks, void (*job)(void *context), void *context);

/* The stack that holds this address and is not the running one, or NULL. */
struct stack *stacks_holding(struct stacks *stacks, const void *address);

/* The attempt was left by a jump: its stack is lost. */
void stacks_abandon(struct stacks *stacks);

void stacks_finish(struct stacks *stacks);

#endif
