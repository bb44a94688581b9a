/** Labelled images, split, put in order and changed, as a training sees them. */
package dev.millrace.trainer.data;
