/** {@code millrace doctor}: checks of the machine, the broker, the models and the GPU. */
package dev.millrace.service.command.doctor;
