/**
 * The command {@code millrace dead-letters}, which shows the images that could not be classified,
 * and sends them again.
 */
package dev.millrace.service.command.deadletters;
