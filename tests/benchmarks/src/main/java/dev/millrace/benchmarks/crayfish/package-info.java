/** The events and the small network of Crayfish, a published benchmark of models in streams. */
package dev.millrace.benchmarks.crayfish;
