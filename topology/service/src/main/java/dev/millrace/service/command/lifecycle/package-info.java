/** How a command is stopped, and how it ends: exit codes, and failures as one line. */
package dev.millrace.service.command.lifecycle;
