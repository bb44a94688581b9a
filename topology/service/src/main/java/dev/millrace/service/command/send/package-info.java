/** The command {@code millrace send}, which sends image files to a topic. */
package dev.millrace.service.command.send;
