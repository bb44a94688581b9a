/** The benchmarks, one class each. */
package dev.millrace.benchmarks.part;
