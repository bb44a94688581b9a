/** Shrinks the bundle for a machine with a GPU. */
package dev.millrace.benchmarks.bundle;
