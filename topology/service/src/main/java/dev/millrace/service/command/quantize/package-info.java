/** Images and measurements for the quantisation of a model. */
package dev.millrace.service.command.quantize;
