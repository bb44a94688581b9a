/** {@code millrace tail}: prints the predictions or dead letters of a topic. */
package dev.millrace.service.command.tail;
