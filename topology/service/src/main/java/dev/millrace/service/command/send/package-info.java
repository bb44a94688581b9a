/** {@code millrace send}: sends image files to a topic. */
package dev.millrace.service.command.send;
