/** The command {@code millrace tail}, which prints the predictions or dead letters of a topic. */
package dev.millrace.service.command.tail;
