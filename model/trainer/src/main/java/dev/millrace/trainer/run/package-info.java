/**
 * A training from its first step to its last: what is done when, what is kept, what is exported.
 */
package dev.millrace.trainer.run;
