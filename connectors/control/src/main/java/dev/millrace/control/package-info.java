/** Which version of a model serves: the control topic, and what became of each swap. */
package dev.millrace.control;
