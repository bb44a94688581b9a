/**
 * Variants of the service that the command line cannot start: slower, or without the commit
 * barrier.
 */
package dev.millrace.streams;
