/** Where contenders are measured. */
package dev.millrace.benchmarks.lab;
