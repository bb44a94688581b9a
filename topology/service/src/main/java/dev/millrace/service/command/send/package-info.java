/** {@code millrace send}: image files into a topic. */
package dev.millrace.service.command.send;
