/** The end of a command: stop signals, exit codes, and failures as one line. */
package dev.millrace.service.command.lifecycle;
