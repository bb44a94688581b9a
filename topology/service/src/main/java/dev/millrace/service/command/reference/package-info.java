/** Generates completion scripts and manual pages from the command line's options. */
package dev.millrace.service.command.reference;
