/** {@code millrace tail}: predictions off a topic. */
package dev.millrace.service.command.tail;
