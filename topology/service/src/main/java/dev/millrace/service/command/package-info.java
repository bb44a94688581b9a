/**
 * The command line: the parser, and the options that every command has. The packages below hold the
 * commands.
 */
package dev.millrace.service.command;
