/** The command {@code millrace train}. */
package dev.millrace.service.command.train;
