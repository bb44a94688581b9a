/**
 * The values of the input topic (image events) and of the output topic (predictions), with their
 * serdes.
 */
package dev.millrace.events;
