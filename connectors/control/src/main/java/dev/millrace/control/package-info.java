/**
 * The control topic, which says which version of a model serves, and the status topic, which
 * reports the outcome of each swap.
 */
package dev.millrace.control;
