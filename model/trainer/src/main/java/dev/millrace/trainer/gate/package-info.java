/** Whether a checkpoint is better than what serves. */
package dev.millrace.trainer.gate;
