/** The checks that a GPU must pass before anything is timed on it. */
package dev.millrace.benchmarks.gpu;
