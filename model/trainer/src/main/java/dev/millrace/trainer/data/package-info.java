/** Labelled images: found, decoded, divided into parts, shuffled and augmented. */
package dev.millrace.trainer.data;
