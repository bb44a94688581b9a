/** The command line described for others: completion scripts and man pages. */
package dev.millrace.service.command.reference;
