/** What is checked on a GPU before anything is timed there. */
package dev.millrace.benchmarks.gpu;
