/** The command {@code evaluate}, and labelled images in folders. */
package dev.millrace.service.command.evaluate;
