/** The whole loop on one machine: a broker, a service, a trainer, and a stream of images. */
package dev.millrace.service.demo;
