/** Decides whether a checkpoint is better than the version that serves. */
package dev.millrace.trainer.gate;
