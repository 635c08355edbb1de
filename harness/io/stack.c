/*
 * stack.c - see stack.h. A stack's loop is entered once by makecontext and from then on by
 * _setjmp and _longjmp, which make no system call.
 *
 *	stacks_run: _setjmp(out) --> loop: job() --> _setjmp(in) --> _longjmp(out)
 */
#undef _FORTIFY_SOURCE /* its longjmp takes a jump to another stack for an error */
#include "io/stack.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <ucontext.h>

#if defined(__has_feature) && !defined(__SANITIZE_ADDRESS__)
#if __has_feature(address_sanitizer) /* clang's way of saying it */
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#define SWITCH_TO(save, bottom, size) __sanitizer_start_switch_fiber(save, bottom, size)
#define SWITCHED(save, bottom, size) __sanitizer_finish_switch_fiber(save, bottom, size)
#else
#define SWITCH_TO(save, bottom, size) ((void)(save), (void)(bottom), (void)(size))
#define SWITCHED(save, bottom, size) ((void)(save), (void)(bottom), (void)(size))
#endif

enum { GUARD_SIZE = 4096 };

static const void *main_bottom;
static size_t main_size;

static int map(struct stack *stack)
{
	unsigned char *memory = mmap(NULL, GUARD_SIZE + STACK_SIZE, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return -ENOMEM;
	if (mprotect(memory, GUARD_SIZE, PROT_NONE) < 0) {
		munmap(memory, GUARD_SIZE + STACK_SIZE);
		return -ENOMEM;
	}
	stack->memory = memory + GUARD_SIZE;
	return 0;
}

/* Runs on the stack: one job after the other. */
static void loop(unsigned low, unsigned high)
{
	struct stacks *stacks = (struct stacks *)((uintptr_t)low | (uintptr_t)high << 32);
	struct stack *self = stacks->current;
	void *fake = NULL;

	for (;;) {
		SWITCHED(fake, &main_bottom, &main_size);
		stacks->job(stacks->context);
		SWITCH_TO(&fake, main_bottom, main_size);
		if (!_setjmp(self->in))
			_longjmp(stacks->out, 1);
	}
}

static void enter(struct stacks *stacks, struct stack *stack)
{
	ucontext_t here, there;

	if (stack->started)
		_longjmp(stack->in, 1);
	stack->started = true;
	getcontext(&there);
	there.uc_stack.ss_sp = stack->memory;
	there.uc_stack.ss_size = STACK_SIZE;
	there.uc_link = NULL;
	makecontext(&there, (void (*)(void))loop, 2, (unsigned)(uintptr_t)stacks,
		    (unsigned)((uintptr_t)stacks >> 32));
	swapcontext(&here, &there);
}

/* NULL: out of memory, or of stacks. */
static struct stack *free_stack(struct stacks *stacks)
{
	for (unsigned i = 0; i < stacks->mapped; i++)
		if (!stacks->stack[i].pinned && !stacks->stack[i].lost)
			return &stacks->stack[i];
	if (stacks->mapped == STACKS_MAX || map(&stacks->stack[stacks->mapped]) < 0)
		return NULL;
	return &stacks->stack[stacks->mapped++];
}

int stacks_run(struct stacks *stacks, void (*job)(void *context), void *context)
{
	struct stack *const stack = free_stack(stacks);
	void *fake = NULL;

	if (!stack)
		return -ENOMEM;
	stacks->job = job;
	stacks->context = context;
	stacks->current = stack;
	stack->running = true;
	SWITCH_TO(&fake, stack->memory, STACK_SIZE);
	if (!_setjmp(stacks->out))
		enter(stacks, stack);
	SWITCHED(fake, NULL, NULL);
	stacks->current->running = false;
	stacks->current = NULL;
	return 0;
}

struct stack *stacks_holding(struct stacks *stacks, const void *address)
{
	for (unsigned i = 0; i < stacks->mapped; i++) {
		struct stack *stack = &stacks->stack[i];
		uintptr_t at = (uintptr_t)address, bottom = (uintptr_t)stack->memory;

		if (at >= bottom && at < bottom + STACK_SIZE)
			return stack;
	}
	return NULL;
}

/* Frames of the main stack that were jumped over never gave their red zones back. */
static void forget_frames(void)
{
#ifdef __SANITIZE_ADDRESS__
	enum { FRAMES = 65536 };
	char here;

	SWITCH_TO(NULL, main_bottom, main_size);
	SWITCHED(NULL, NULL, NULL);
	__asan_unpoison_memory_region(&here - FRAMES, FRAMES);
#endif
}

void stacks_abandon(struct stacks *stacks)
{
	if (!stacks->current)
		return;
	forget_frames();
	stacks->current->lost = true;
	stacks->current->running = false;
	stacks->current = NULL;
}

void stacks_finish(struct stacks *stacks)
{
	for (unsigned i = 0; i < stacks->mapped; i++)
		munmap(stacks->stack[i].memory - GUARD_SIZE, GUARD_SIZE + STACK_SIZE);
}
