/** The command {@code classify}. */
package dev.millrace.service.command.classify;
