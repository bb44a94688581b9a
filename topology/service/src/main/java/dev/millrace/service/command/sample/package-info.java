/** The command {@code sample}, which writes a network and images to try Millrace with. */
package dev.millrace.service.command.sample;
