/**
 * The values of the input topic (image events) and of the output topic (predictions), and their
 * serdes.
 */
package dev.millrace.events;
