/**
 * Measures of a classifier on labelled images, the calibration of its probabilities, and the
 * comparison of two classifiers.
 */
package dev.millrace.core.evaluation;
