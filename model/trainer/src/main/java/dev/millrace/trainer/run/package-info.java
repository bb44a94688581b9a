/** A training run: its steps, its saved state, its checkpoints and its learning curve. */
package dev.millrace.trainer.run;
