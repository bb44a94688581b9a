/**
 * The content of {@code --help}: options in groups, examples, and suggestions for mistyped words.
 */
package dev.millrace.service.command.help;
