/** The values of the input and output topics, image events and predictions, and their serdes. */
package dev.millrace.events;
