/**
 * The command {@code millrace doctor}, which checks the machine, the broker, the models and the
 * GPU.
 */
package dev.millrace.service.command.doctor;
