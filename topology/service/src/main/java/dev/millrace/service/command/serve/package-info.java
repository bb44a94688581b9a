/** The command {@code millrace serve}. */
package dev.millrace.service.command.serve;
