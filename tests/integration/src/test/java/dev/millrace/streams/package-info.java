/** Services that the command line does not start: slower or less safe ones. */
package dev.millrace.streams;
