/** The command {@code millrace broker}. */
package dev.millrace.service.command.broker;
