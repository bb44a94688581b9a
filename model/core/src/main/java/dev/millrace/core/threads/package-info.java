/** Runs calls on one thread for each processor. */
package dev.millrace.core.threads;
