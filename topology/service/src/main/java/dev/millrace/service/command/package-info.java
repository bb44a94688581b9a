/** The command line: its frame, and one class for each command. */
package dev.millrace.service.command;
