/** Measures of a classifier on labelled images, and the comparison of two classifiers. */
package dev.millrace.core.evaluation;
