/** The JVMs that a benchmark starts. */
package dev.millrace.benchmarks.process;
