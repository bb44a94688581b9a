/** The parts of the benchmarks, one class each. */
package dev.millrace.benchmarks.part;
