/** The contenders: Millrace, the model's limits, and the alternatives to Millrace. */
package dev.millrace.benchmarks.contender;
