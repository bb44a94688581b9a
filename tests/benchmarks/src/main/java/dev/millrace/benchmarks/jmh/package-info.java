/** JMH benchmarks of single steps: decoding, the engine, JSON. */
package dev.millrace.benchmarks.jmh;
