/** Predictions as structs of Connect, and image events from the values of other sources. */
package dev.millrace.connect.prediction;
