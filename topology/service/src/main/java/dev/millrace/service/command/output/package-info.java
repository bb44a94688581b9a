/** The output of commands: text, JSON, and progress bars. */
package dev.millrace.service.command.output;
