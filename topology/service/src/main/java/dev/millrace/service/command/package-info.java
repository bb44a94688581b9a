/**
 * The command line: how a line is run, and what every command has; the packages below hold the
 * commands.
 */
package dev.millrace.service.command;
