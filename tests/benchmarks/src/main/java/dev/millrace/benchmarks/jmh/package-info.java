/** Parts of the work by themselves, measured by JMH. */
package dev.millrace.benchmarks.jmh;
