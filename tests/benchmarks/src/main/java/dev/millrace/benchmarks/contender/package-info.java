/** What is measured: Millrace, its limits, and what one would use instead. */
package dev.millrace.benchmarks.contender;
