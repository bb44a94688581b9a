/** The measured programs: Millrace, the alternatives to Millrace, and the model alone. */
package dev.millrace.benchmarks.contender;
