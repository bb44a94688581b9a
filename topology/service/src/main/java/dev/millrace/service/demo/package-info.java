/** The parts of the demo: a broker, a service, a trainer, and a stream of images. */
package dev.millrace.service.demo;
