/** The broker, the topics and the processes with which contenders are measured. */
package dev.millrace.benchmarks.lab;
