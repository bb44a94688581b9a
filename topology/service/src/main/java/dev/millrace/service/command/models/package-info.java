/** The command {@code millrace models} and its subcommands. */
package dev.millrace.service.command.models;
