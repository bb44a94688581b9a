/**
 * Variants of the service that the command line cannot start: with a slower model, or without the
 * commit barrier.
 */
package dev.millrace.streams;
