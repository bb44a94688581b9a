/** Makes what is carried to a machine with a GPU small. */
package dev.millrace.benchmarks.bundle;
