/** The checks that a GPU must pass before its speed is measured. */
package dev.millrace.benchmarks.gpu;
