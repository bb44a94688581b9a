/** The environment in which contenders are measured: the broker, the topics and the processes. */
package dev.millrace.benchmarks.lab;
