/** The command {@code millrace bench}. */
package dev.millrace.service.command.bench;
