/** The command {@code millrace demo}. */
package dev.millrace.service.command.demo;
