/*
 * interrupt.h - Ctrl-C once: finish the trial, then the summary. Twice: stop.
 */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* From now on SIGINT and SIGTERM are counted; the first one is answered on standard error unless
 * `quiet`. Returns the counter: 0, 1 or 2. */
const volatile sig_atomic_t *interrupts_catch(bool quiet);

/* From now on they end the program, as they did before. */
void interrupts_release(void);

#endif
